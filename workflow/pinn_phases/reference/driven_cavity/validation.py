"""Comparison of our solutions for the lid-driven cavity with published values."""

from dataclasses import dataclass

from pinn_phases.reference.driven_cavity import finite_differences, stream_function
from pinn_phases.reference.driven_cavity.extrema import (
    BOTELLA_PEYRET,
    GHIA,
    REYNOLDS,
    Extremum,
    SplineFlow,
    find_extrema,
    parts,
    unit_lid,
)
from pinn_phases.reference.driven_cavity.galerkin import DrivenCavity
from pinn_phases.reference.driven_cavity.profiles import (
    ProfileComparison,
    compare_profiles,
    tolerance,
)


@dataclass(frozen=True)
class ValueComparison:
    """One quantity as published and as computed here; all dimensionless.

    Attributes
    ----------
    quantity : str
        Name of the quantity.
    botella_peyret, ghia : float
        Published values; those of Botella and Peyret are accurate.
    ours : float
        Value computed by the reference solver.
    finite_differences : tuple of three float
        Values on a coarse and a fine grid, and extrapolated from both.
    """

    quantity: str
    botella_peyret: float
    ghia: float
    ours: float
    finite_differences: tuple[float, ...]

    @property
    def difference(self) -> float:
        """Absolute difference between our value and the accurate published one."""
        return abs(self.ours - self.botella_peyret)

    @property
    def methods_agree(self) -> bool:
        """Whether our value differs from the extrapolated one by no more than the grids do."""
        coarse, fine, extrapolated = self.finite_differences
        return abs(self.ours - extrapolated) <= abs(fine - coarse)


@dataclass(frozen=True)
class AtReynolds:
    """Our flow at one Reynolds number, and its difference from the published velocities.

    Attributes
    ----------
    reynolds : float
        Reynolds number.
    extrema : dict of str to Extremum
        Our extrema, with the names of `find_extrema`.
    u, v : ProfileComparison
        Difference of the velocities on the centre lines x = 1/2 and y = 1/2.
    """

    reynolds: float
    extrema: dict[str, Extremum]
    u: ProfileComparison
    v: ProfileComparison

    @property
    def tolerance(self) -> float:
        """Largest difference that the error of the published velocities can explain."""
        return tolerance(self.reynolds)

    @property
    def agrees(self) -> bool:
        """Whether both profiles are within the tolerance."""
        return max(self.u.difference, self.v.difference) <= self.tolerance


def compare(spectral: dict[str, Extremum], intervals: int) -> tuple[ValueComparison, ...]:
    """Solve by finite differences, and compare the extrema of both methods.

    Parameters
    ----------
    spectral : dict of str to Extremum
        Extrema of the spectral method at the Reynolds number `extrema.REYNOLDS`.
    intervals : int
        Intervals of the coarse finite-difference grid along each side; the fine one has twice as
        many.

    Returns
    -------
    tuple of ValueComparison
        Comparison of each extremum and of its coordinates.

    Raises
    ------
    ValueError
        If there are too few intervals.
    ArithmeticError
        If Newton's method does not converge.
    """
    grids = [
        finite_differences.solve(unit_lid, REYNOLDS, count) for count in (intervals, 2 * intervals)
    ]
    stream_functions = [*grids, finite_differences.extrapolate(*grids)]
    extrema = [find_extrema(SplineFlow(psi)) for psi in stream_functions]
    return tuple(
        ValueComparison(
            label,
            botella_peyret=published,
            ghia=_number(GHIA[name], part),
            ours=_number(spectral[name], part),
            finite_differences=tuple(_number(found[name], part) for found in extrema),
        )
        for name, extremum in BOTELLA_PEYRET.items()
        for part, label in parts(name)
        if (published := getattr(extremum, part)) is not None
    )


def compare_at(reynolds: float, modes: int) -> AtReynolds:
    """Solve with the unsmoothed lid, and compare the velocities with published ones.

    Parameters
    ----------
    reynolds : float
        Reynolds number, one of `profiles.REYNOLDS`.
    modes : int
        Resolution of the spectral method.

    Returns
    -------
    AtReynolds
        Extrema and differences.

    Raises
    ------
    ValueError
        If the resolution is too low or too high.
    ArithmeticError
        If Newton's method does not converge.
    """
    flow = stream_function.solve(DrivenCavity.with_corners(unit_lid), reynolds, modes)
    return AtReynolds(reynolds, find_extrema(flow), *compare_profiles(flow, reynolds))


def _number(extremum: Extremum, part: str) -> float:
    """Return the value or a coordinate of an extremum; the extremum must have it."""
    number: float = getattr(extremum, part)
    return number
