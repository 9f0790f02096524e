"""Claims of the paper in a form that data can test, and the runs that test them.

A claim has cases: one problem and method, or several whose runs are compared. For every seed,
`measure` computes numbers from the runs of a case, and the predicates of the quantities judge them:
the claim holds, holds in part, fails, or cannot be tested with these runs (`Untestable`).

Tolerances follow the wording of the paper. For example, "about ten times" allows a factor of two in
either direction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinn_phases.analysis import seeds
from pinn_phases.analysis.trajectories import moving_average
from pinn_phases.claims.judging.quantities import Measured, Quantity, Untestable, measured

__all__ = ["Measured", "Quantity", "Untestable", "measured"]  # re-exported for modules of claims

Array = NDArray[Any]
Span = tuple[float, float]  # first and last iteration
Subject = tuple[str, str]  # problem, method
Case = tuple[Subject, ...]

VANILLA, RBA = "vanilla", "rba"
ALL = ("allen_cahn", "helmholtz", "burgers", "cavity")

# The earliest total diffusion in the paper is near iteration 500 (Fig. 8). Detecting it takes at
# least twice as many iterations.
MIN_ITERATIONS = 1000
# Settings that must be the paper's in order to compare numbers of iterations or errors with it.
# Fewer points or neurons only shift these numbers; a different equation, network input, learning
# rate or loss weight is a different experiment.
SAME_EXPERIMENT = (
    "equation",
    "training.conditions.*.weight",
    "training.network.ansatz",
    "training.network.fourier_modes",
    "training.optimiser.learning_rate",
)
SMOOTHING = 10  # records in the moving average of SNR (3.1)
LATE = 0.5  # decades before the end of a training: its last two thirds
HALF_A_DECADE = 10**LATE  # iterations within this factor are the same part of a training
START = 10  # records at the start of a training, as many as in the moving average
WINDOW = 0.3  # decades: a change is steepest in a window of a factor of two in iterations
ORDERED = 0.8  # rank correlation of layers that are in order except for swaps of neighbours
PARTLY_ORDERED = 0.5  # rank correlation of layers that are roughly in order
NEIGHBOURS = "four to six layers must be in order except for swaps of neighbours"
NO_SIZE = "the text does not say by how much"
STAYS_LOW = (
    "If total diffusion is not found for a run, its SNR must be below 1 while another is in total "
    "diffusion; above it, a missing jump says nothing"
)
SAME_PART = "half a decade is still the same part of the training"


class Kind(StrEnum):
    """Origin of a claim."""

    PAPER = "the paper"
    IDENTITY = "identity of the code"  # holds for any run, unless the code is wrong
    OURS = "not in the paper"


@dataclass(frozen=True)
class Run:
    """The history of one training and the measurements of its snapshots.

    Attributes
    ----------
    iterations
        Iterations of the training, for an unfinished one its last iteration.
    history
        The history in the run's file, without the prefix "history/".
    phases
        Start of "diffusion", "total_diffusion" and "late_decrease": a mapping with "iteration",
        "lower" and "upper", or None if it was not found.
    layers
        Arrays of the information file: "iterations" (S,), "relative", "fixed", "binary", "norm"
        (S, H), ... for S snapshots and H hidden layers.
    coarse
        The same for the file with coarse bins, so few that the measure does not saturate:
        "iterations", "relative".
    layer_weights
        Number of weights of each hidden layer, shape (H,).
    log2_points
        Largest possible information of a layer, bits.
    spread
        Arrays of the homogeneity file: "iterations" (S,), "homogeneity" (S,), "boxes"
        (S, boxes, boxes).
    samples
        The same at the collocation points; NaN in boxes without a point.
    terms
        The result of `analysis.term_curves`: "iteration" (T,), "snr", "snr_residual", "cosine", ...
    differences
        Settings that differ from the paper's: dotted key -> value here, value in the paper.
    unfinished
        For an unfinished training a text such as "to iteration 96,811 of 300,000", otherwise "".
    """

    problem: str
    method: str
    seed: int
    iterations: int
    history: Mapping[str, Array]
    phases: Mapping[str, Mapping[str, float] | None]
    layers: Mapping[str, Array]
    coarse: Mapping[str, Array]
    layer_weights: Array
    log2_points: float
    spread: Mapping[str, Array]
    samples: Mapping[str, Array]
    terms: Mapping[str, Array]
    differences: Mapping[str, tuple[Any, Any]]
    unfinished: str = ""

    @property
    def at(self) -> Array:
        """Iteration of each record."""
        return self.history["iteration"]

    @property
    def error(self) -> Array:
        """Relative L2 error of each record."""
        return self.history["relative_l2"]

    @property
    def snr(self) -> Array:
        """SNR of each record, with the moving average of the paper's figures."""
        return _averaged(self.history["snr"])

    @property
    def srr_adam(self) -> Array:
        """SRR_C of each record, with the same moving average as SNR."""
        return _averaged(self.history["srr_adam"])

    @property
    def first_snr(self) -> float:
        """Median SNR of the first ten records."""
        return float(np.median(self.history["snr"][:START]))

    @property
    def highest_snr(self) -> float:
        """Highest SNR up to the start of diffusion."""
        return float(np.nanmax(within(self.at, self.history["snr"], self.in_fitting)))

    @property
    def final_error(self) -> float:
        """Error at the end, as the median of the last tenth, because errors fluctuate."""
        return seeds.final_error(self.at, self.error, self.iterations)

    @property
    def late(self) -> Span:
        """The last half decade of iterations."""
        return self.iterations * 10**-LATE, float(self.iterations)

    def start_of(self, phase: str) -> float:
        """Return the iteration at which a phase starts; raise `Untestable` if it is not found."""
        return self._boundary(phase)["iteration"]

    def interval_of(self, phase: str) -> Span:
        """Return the interval of the start of a phase; raise `Untestable` if it is not found."""
        boundary = self._boundary(phase)
        return boundary["lower"], boundary["upper"]

    def _boundary(self, phase: str) -> Mapping[str, float]:
        boundary = self.phases[phase]
        if boundary is None:
            name = phase.replace("_", " ")
            raise Untestable(f"{self.method}: {name} not found in {self.iterations:,} iterations")
        return boundary

    @property
    def in_fitting(self) -> Span:
        """From the first iteration to the start of diffusion."""
        return 1.0, self.start_of("diffusion")

    @property
    def in_diffusion(self) -> Span:
        """From the start of diffusion to the start of total diffusion.

        If total diffusion is not found, only half a decade, because the end of diffusion is
        unknown.
        """
        start, total_diffusion = self.start_of("diffusion"), self.phases["total_diffusion"]
        if total_diffusion is None:
            return start, min(start * HALF_A_DECADE, float(self.iterations))
        return start, total_diffusion["iteration"]

    @property
    def in_total_diffusion(self) -> Span:
        """From the start of total diffusion to the late decrease, or to the end without one."""
        late_decrease = self.phases.get("late_decrease")
        end = late_decrease["iteration"] if late_decrease else self.iterations
        return self.start_of("total_diffusion"), end

    def of_layers(self, name: str, span: Span) -> Array:
        """Median of an entry of `layers` over the snapshots in a span, shape (layers,)."""
        return median_in(self.layers["iterations"], self.layers[name], span)

    def reached(self, level: float) -> seeds.Observation:
        """Return the first record with an error below the level, censored if there is none."""
        return seeds.reached(self.at, self.error, level)

    def found(self, phase: str) -> seeds.Observation:
        """Return the iteration at which a phase starts, censored if it is not found."""
        start = self.phases[phase]
        return seeds.observed(None if start is None else start["iteration"], self.iterations)


def _averaged(raw: Array) -> Array:
    """Return the moving average of the finite values, NaN at the others."""
    finite = np.isfinite(raw)
    smooth = np.full(raw.shape, np.nan)
    smooth[finite] = moving_average(raw[finite], SMOOTHING)
    return smooth


def within(at: Array, values: Array, span: Span) -> Array:
    """Rows with iterations in a span, ends included; raises `Untestable` if there is none."""
    rows = values[(at >= span[0]) & (at <= span[1])]
    if not len(rows):
        raise Untestable(f"no record between iterations {span[0]:,.0f} and {span[1]:,.0f}")
    return rows


def median_in(at: Array, values: Array, span: Span) -> Array:
    """Median over the rows with iterations in a span, separately for each column."""
    median: Array = np.nanmedian(within(at, values, span), axis=0)
    return median


def stays_in_diffusion(without: Run, other: Run) -> str:
    """Return a note that total diffusion is not found for a run while the other one is in it.

    Raises
    ------
    Untestable
        If the SNR of the run is above 1 then: without a fall below 1, there is no jump to find.
    """
    not_found = f"not found for {without.method} in {without.iterations:,} iterations"
    level = float(median_in(without.at, without.snr, other.in_total_diffusion))
    if level > 1:
        raise Untestable(
            f"{not_found}, but its SNR has a median of {level:.3g} while {other.method} is in it"
        )
    return not_found


def listed(levels: Array) -> str:
    """Format the level of each layer for a note."""
    return f"layers: {', '.join(f'{level:.4g}' for level in levels)}"


@dataclass(frozen=True)
class Claim:
    """A statement of the paper or of our own, with the criteria by which it is judged.

    Attributes
    ----------
    name
        Identifier.
    where
        The section that states it first, then other sections, figures and equations.
    statement
        The claim in our words.
    quantities
        What is measured, and the criteria.
    reason
        Why the tolerances were chosen, usually from the paper's wording.
    cases
        Problems and methods that the claim is about.
    measure
        Function that measures the quantities; its arguments are the runs of a case, in its order.
    kind
        Origin of the claim.
    same_as_paper
        Settings that must equal the paper's for the comparison to be meaningful: dotted keys, in
        which "*" matches anything.
    min_iterations
        Smallest number of iterations with which a training can test the claim.
    """

    name: str
    where: tuple[str, ...]
    statement: str
    quantities: tuple[Quantity, ...]
    reason: str
    cases: tuple[Case, ...]
    measure: Callable[..., Measured]
    kind: Kind = Kind.PAPER
    same_as_paper: tuple[str, ...] = ()
    min_iterations: int = MIN_ITERATIONS


def each(problems: tuple[str, ...], *methods: str) -> tuple[Case, ...]:
    """One case per problem and method."""
    return tuple(((problem, method),) for problem in problems for method in methods)


def compared(problems: tuple[str, ...]) -> tuple[Case, ...]:
    """One case per problem, in which vanilla and RBA are compared."""
    return tuple(((problem, VANILLA), (problem, RBA)) for problem in problems)
