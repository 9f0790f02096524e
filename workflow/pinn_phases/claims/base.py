"""A claim of the paper, in a form that data can test.

A claim has cases: a problem with one method, or with several that are compared. For every seed,
`measure` computes numbers from the runs of a case, and the predicates of the quantities judge them:
the claim holds, holds in part, fails, or cannot be tested with these runs (`Untestable`).

Tolerances come from the wording of the paper: "about ten times" is a factor of two either way.
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

__all__ = ["Measured", "Quantity", "Untestable", "measured"]  # and all that is defined here

Array = NDArray[Any]
Span = tuple[float, float]  # first and last iteration
Subject = tuple[str, str]  # problem, method
Case = tuple[Subject, ...]

VANILLA, RBA = "vanilla", "rba"
ALL = ("allen_cahn", "helmholtz", "burgers", "cavity")

# The earliest total diffusion of the paper is near iteration 500 (Fig. 8). It cannot be seen with
# less than twice as many iterations.
MIN_ITERATIONS = 1000
# Settings on which a number of iterations or an error depends. Fewer points or neurons shift it;
# another equation, other inputs, another step or other weights are another experiment.
SAME_EXPERIMENT = (
    "equation",
    "training.conditions.*.weight",
    "training.network.ansatz",
    "training.network.fourier_modes",
    "training.optimiser.learning_rate",
)
SMOOTHING = 10  # records in the moving average of SNR; 3.1
LATE = 0.5  # decades before the end: the last two thirds of a training
HALF_A_DECADE = 10**LATE  # factor in iterations that is still the same part of a training
START = 10  # records at the start; as many as in the moving average
WINDOW = 0.3  # decades, width of the window in which a change is steepest: a factor of two
ORDERED, MOSTLY = 0.8, 0.5  # rank correlations of layers: neighbours exchanged; some order
NEIGHBOURS = "an order of four to six layers, in which only neighbours may be exchanged"
ORDER_ALONE = "the text gives an order but no size"  # a reason for no tolerance


class Kind(StrEnum):
    """Who states the claim, and whether a run could contradict it."""

    PAPER = "the paper"
    IDENTITY = "identity of the code"  # true of any run, unless the code is wrong
    OURS = "not in the paper"


@dataclass(frozen=True)
class Run:
    """The stored results of one training, and what was measured of them.

    Attributes
    ----------
    history
        The history in the run's file, without the prefix "history/".
    phases
        Start of "diffusion", "total_diffusion" and "late_decrease": None, or a mapping with
        "iteration", "lower", "upper".
    layers
        The contents of an information file: "iterations" (S,), "relative", "binary", "norm"
        (S, H), ... for S snapshots and H hidden layers.
    layer_weights
        Number of weights of each hidden layer, shape (H,).
    coarse
        The same with so few bins that the measure does not saturate: "relative", "fixed".
    log2_points
        Largest possible information of a layer, bits.
    spread
        The contents of a homogeneity file: "iterations" (S,), "homogeneity" (S,), "boxes"
        (S, boxes, boxes).
    terms
        The result of `analysis.term_curves`: "iteration" (T,), "snr", "snr_residual", "cosine", ...
    differences
        Settings that are not the paper's: dotted key -> value here, value in the paper.
    unfinished
        For an unfinished training, "to iteration 96,811 of 300,000"; else "".
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
        """SNR of each record, averaged as in the paper's figures."""
        return _averaged(self.history["snr"])

    @property
    def srr_adam(self) -> Array:
        """SRR_C of each record, with the same moving average as SNR."""
        return _averaged(self.history["srr_adam"])

    @property
    def first_snr(self) -> float:
        """Level of SNR at the start."""
        return float(np.median(self.history["snr"][:START]))

    @property
    def highest_snr(self) -> float:
        """Highest SNR up to the start of diffusion."""
        return float(np.nanmax(within(self.at, self.history["snr"], self.in_fitting)))

    @property
    def final_error(self) -> float:
        """Error at the end, without fluctuations."""
        return seeds.final_error(self.at, self.error, self.iterations)

    @property
    def late(self) -> Span:
        """The last half decade of iterations."""
        return self.iterations * 10**-LATE, float(self.iterations)

    def start_of(self, phase: str) -> float:
        """Return the iteration at which a phase starts; `Untestable` if it is not found."""
        return self._boundary(phase)["iteration"]

    def interval_of(self, phase: str) -> Span:
        """Interval in which a phase starts; `Untestable` if it is not found."""
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
        """From the start of diffusion to that of total diffusion.

        If total diffusion is not found, half a decade, because the phase after it is unknown.
        """
        start, later = self.start_of("diffusion"), self.phases["total_diffusion"]
        end = later["iteration"] if later else min(start * 10**LATE, float(self.iterations))
        return start, end

    @property
    def in_total_diffusion(self) -> Span:
        """From the start of total diffusion to the late decrease, or to the end."""
        late = self.phases.get("late_decrease")
        return self.start_of("total_diffusion"), late["iteration"] if late else self.iterations

    def of_layers(self, name: str, span: Span) -> Array:
        """Median of an entry of `layers` over the snapshots in a span, shape (layers,)."""
        return median_in(self.layers["iterations"], self.layers[name], span)

    def reached(self, level: float) -> seeds.Observation:
        """First recorded iteration with an error below the level, censored if there is none."""
        return seeds.reached(self.at, self.error, level)

    def found(self, phase: str) -> seeds.Observation:
        """Return the iteration at which a phase starts, censored if it is not found."""
        start = self.phases[phase]
        return seeds.observed(None if start is None else start["iteration"], self.iterations)


def _averaged(raw: Array) -> Array:
    there = np.isfinite(raw)
    smooth = np.full(raw.shape, np.nan)
    smooth[there] = moving_average(raw[there], SMOOTHING)
    return smooth


def within(at: Array, values: Array, span: Span) -> Array:
    """Rows whose iterations are in the span, including its ends; `Untestable` if there is none."""
    rows = values[(at >= span[0]) & (at <= span[1])]
    if not len(rows):
        raise Untestable(f"no record between iterations {span[0]:,.0f} and {span[1]:,.0f}")
    return rows


def median_in(at: Array, values: Array, span: Span) -> Array:
    """Median over these rows, separately for each column."""
    median: Array = np.nanmedian(within(at, values, span), axis=0)
    return median


def listed(levels: Array) -> str:
    """Format the level of each layer as a note."""
    return f"layers: {', '.join(f'{level:.4g}' for level in levels)}"


@dataclass(frozen=True)
class Claim:
    """One statement, the paper's or our own.

    Attributes
    ----------
    name
        Identifier.
    where
        The section that states it first, then other sections, figures and equations.
    statement
        What the paper states, in our words; or what we state.
    quantities
        What is measured, and the criteria.
    reason
        Reason for the tolerances, from the paper's wording.
    cases
        The problems and methods that it concerns.
    measure
        Function of the runs of one case and seed, in the order of the case.
    kind
        Who states it.
    same_as_paper
        Settings without which the comparison is meaningless unless they are the paper's: dotted
        keys, in which "*" matches any part.
    min_iterations
        Smallest number of iterations of a training that can test it.
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
    """One case per problem, which compares vanilla and RBA."""
    return tuple(((problem, VANILLA), (problem, RBA)) for problem in problems)
