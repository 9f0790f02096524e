"""A claim of the paper as something that data can decide.

A claim is stated for cases: a problem with one method, or with several that are compared. For every
seed, its `measure` takes numbers from the runs of a case, and the predicates of its quantities
judge them: the claim holds, holds in part, fails, or cannot be told from these runs (`Untestable`).

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

__all__ = ["Measured", "Quantity", "Untestable", "measured"]  # with what is defined here

Array = NDArray[Any]
Span = tuple[float, float]  # first and last iteration
Subject = tuple[str, str]  # problem, method
Case = tuple[Subject, ...]

VANILLA, RBA = "vanilla", "rba"
ALL = ("allen_cahn", "helmholtz", "burgers", "cavity")

# The earliest total diffusion of the paper is near iteration 500 (Fig. 8): with less than twice as
# many there is nothing to see.
MIN_ITERATIONS = 1000
# What a number of iterations or an error depends on. Fewer points or neurons shift it; another
# equation, other inputs, another step or other weights in the loss make it another experiment.
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
START = 10  # records: the same number for the level at the start
WINDOW = 0.3  # decades in which a change is the steepest: a factor of two in iterations
ORDERED, MOSTLY = 0.8, 0.5  # rank correlations of layers: neighbours exchanged; an order at all
NEIGHBOURS = "an order of four to six layers, with neighbours exchanged at most"
ORDER_ALONE = "the text gives an order and no size"  # a reason for no tolerance


class Kind(StrEnum):
    """Who says it, and whether a run could contradict it."""

    PAPER = "the paper"
    IDENTITY = "identity of the code"  # true of any run, unless the code is wrong
    OURS = "not in the paper"


@dataclass(frozen=True)
class Run:
    """What is stored of one training, and what was measured of it.

    Attributes
    ----------
    history
        As in a run's file, without "history/".
    phases
        Start of "diffusion", "total_diffusion" and "late_decrease": None, or a mapping with
        "iteration", "lower", "upper".
    layers
        As in an information file: "iterations" (S,), "relative", "binary", "norm" (S, H), ...
    layer_weights
        Number of weights of each hidden layer, shape (H,).
    coarse
        The same by bins so few that the measure does not saturate: "relative", "fixed".
    log2_points
        Most information that a layer can have, bits.
    spread
        As in a homogeneity file: "iterations" (S,), "homogeneity" (S,), "boxes" (S, boxes, boxes).
    terms
        As `analysis.term_curves` gives them: "iteration" (T,), "snr", "snr_residual", "cosine", ...
    differences
        Settings that are not the paper's: dotted key -> value here, value there.
    unfinished
        Of a training that goes on after these iterations, how many they are of how many.
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
        """SRR_C of each record, averaged as SNR is."""
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
        """Error at the end, without its fluctuations."""
        return seeds.final_error(self.at, self.error, self.iterations)

    @property
    def late(self) -> Span:
        """The end of the training on a logarithmic axis."""
        return self.iterations * 10**-LATE, float(self.iterations)

    def start_of(self, phase: str) -> float:
        """Return the iteration at which a phase starts."""
        return self._boundary(phase)["iteration"]

    def interval_of(self, phase: str) -> Span:
        """Return the ends of the interval in which it starts."""
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

        Where that is not found, half a decade: nobody knows what the time after it is.
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
        """Median of an entry of `layers` over the snapshots of a span, shape (layers,)."""
        return median_in(self.layers["iterations"], self.layers[name], span)

    def reached(self, level: float) -> seeds.Observation:
        """Return the first recorded iteration with an error below the level, or the last."""
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
    """Rows of the values whose iterations lie in the span, its ends included."""
    rows = values[(at >= span[0]) & (at <= span[1])]
    if not len(rows):
        raise Untestable(f"no record between iterations {span[0]:,.0f} and {span[1]:,.0f}")
    return rows


def median_in(at: Array, values: Array, span: Span) -> Array:
    """Median over these rows: of each column, if there are columns."""
    median: Array = np.nanmedian(within(at, values, span), axis=0)
    return median


def listed(levels: Array) -> str:
    """Return the level of each layer as a note."""
    return f"layers: {', '.join(f'{level:.4g}' for level in levels)}"


@dataclass(frozen=True)
class Claim:
    """One statement, of the paper or our own.

    Attributes
    ----------
    name
        By which other places may refer to it.
    where
        The section that states it first, then others, figures and equations.
    statement
        What the paper says, in our words; or what we say.
    quantities
        What is measured, and what has to hold of it.
    reason
        Why these tolerances: from the paper's wording.
    cases
        For which problems and methods it is said.
    measure
        Takes the runs of one case and seed, in the order of the case.
    kind
        Who says it.
    same_as_paper
        Settings that have to be the paper's for the comparison to mean anything: dotted keys, of
        which "*" stands for any part.
    min_iterations
        Of a training that can decide it.
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
    """Return a case for each of the problems with each of the methods."""
    return tuple(((problem, method),) for problem in problems for method in methods)


def compared(problems: tuple[str, ...]) -> tuple[Case, ...]:
    """Return a case for each of the problems, with vanilla and RBA."""
    return tuple(((problem, VANILLA), (problem, RBA)) for problem in problems)
