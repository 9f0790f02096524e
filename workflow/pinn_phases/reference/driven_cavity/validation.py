"""Comparison of our solutions of the cavity with published values."""

from dataclasses import dataclass

from pinn_phases.reference.driven_cavity import finite_differences as finite_differences
from pinn_phases.reference.driven_cavity import stream_function as stream_function
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
    """One number as published and as computed here; all dimensionless.

    Attributes
    ----------
    quantity : str
        What it is.
    botella_peyret, ghia : float
        Published values; the first are the accurate ones.
    ours : float
        Value of the solver of the reference.
    finite_differences : tuple of three float
        Values on two grids and extrapolated from both.
    """

    quantity: str
    botella_peyret: float
    ghia: float
    ours: float
    finite_differences: tuple[float, ...]

    @property
    def difference(self) -> float:
        """Difference of ours from the accurate published value."""
        return abs(self.ours - self.botella_peyret)

    @property
    def methods_agree(self) -> bool:
        """Whether ours is as close to the extrapolated value as the two grids to each other."""
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
        Velocities on the centre lines x = 1/2 and y = 1/2.
    """

    reynolds: float
    extrema: dict[str, Extremum]
    u: ProfileComparison
    v: ProfileComparison

    @property
    def tolerance(self) -> float:
        """Difference that the error of the published velocities explains."""
        return tolerance(self.reynolds)

    @property
    def agrees(self) -> bool:
        """Whether both profiles are within the tolerance."""
        return max(self.u.difference, self.v.difference) <= self.tolerance


def compare(modes: int, intervals: int) -> tuple[ValueComparison, ...]:
    """Solve with the unsmoothed lid, by both methods, and compare the extrema.

    Parameters
    ----------
    modes : int
        Resolution of the spectral method.
    intervals : int
        Grid spacings of the finite differences along each side; a second grid has twice as many.

    Returns
    -------
    tuple of ValueComparison
        Values of the extrema, and where they are.

    Raises
    ------
    ValueError
        If a resolution is too low or too high.
    ArithmeticError
        If Newton's method does not converge.
    """
    cavity = DrivenCavity.with_corners(unit_lid)
    spectral = find_extrema(stream_function.solve(cavity, REYNOLDS, modes))
    grids = [
        finite_differences.solve(unit_lid, REYNOLDS, count) for count in (intervals, 2 * intervals)
    ]
    sampled = [*grids, finite_differences.extrapolate(*grids)]
    extrema = [find_extrema(SplineFlow(psi)) for psi in sampled]
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
    """Solve with the unsmoothed lid and compare the velocities with published ones.

    Parameters
    ----------
    reynolds : float
        Reynolds number, one of those of `cavity_profiles`.
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
    """Return the value or a coordinate."""
    number: float = getattr(extremum, part)
    return number
