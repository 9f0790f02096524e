"""Judge the claims of the paper by the stored files of one scale.

A verdict combines the findings of all cases and seeds that can be tested. A finding scores 1 if the
claim holds, 1/2 if it holds in part, and 0 if it fails.

| verdict           | findings                                                |
|-------------------|---------------------------------------------------------|
| not testable here | none can be tested                                      |
| too few cases     | at most half can be tested                              |
| reproduced        | all hold                                                |
| mostly            | a mean score of at least 3/4                            |
| mixed             | in between                                              |
| mostly not        | a mean score of at most 1/4                             |
| not reproduced    | all fail                                                |
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinn_phases import claims
from pinn_phases.analysis.phases.names import PHASES
from pinn_phases.analysis.seeds import Bound, Ratio
from pinn_phases.analysis.term_curves import term_curves
from pinn_phases.claims.base import Case, Claim, Kind, Run
from pinn_phases.claims.judging.quantities import Finding, Outcome, Untestable, judge_values
from pinn_phases.files import storage
from pinn_phases.files.reached import is_unfinished, last_iteration, length_in_words
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.plugins import PROBLEMS, names, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.network import NetworkSettings
from pinn_phases.settings.trees import differences
from pinn_phases.strict_model import validated

KINDS = (  # files of a training
    *("run", "phases", "information", "coarse", "homogeneity", "samples", "terms"),
)
LEFT_OUT = ("snapshots/", "points/", "activations/")  # datasets that no claim uses


class Verdict(StrEnum):
    """Result of a claim over all runs."""

    REPRODUCED = "reproduced"
    MOSTLY = "mostly"
    MIXED = "mixed"
    MOSTLY_NOT = "mostly not"
    NOT_REPRODUCED = "not reproduced"
    TOO_FEW = "too few cases"
    NOT_TESTABLE = "not testable here"


COVERAGE = 0.5  # more than this share of the findings must be testable, except for identities
MOST = 0.75  # smallest mean score for "mostly"
SCORES = {Outcome.HOLDS: 1.0, Outcome.IN_PART: 0.5, Outcome.FAILS: 0.0}


@dataclass(frozen=True)
class CaseFindings:
    """Findings of one case, by seed."""

    case: Case
    findings: Mapping[int, Finding]


@dataclass(frozen=True)
class Judged:
    """A claim with its findings and verdict."""

    claim: Claim
    cases: tuple[CaseFindings, ...]
    verdict: Verdict

    @property
    def counts(self) -> Counter[Outcome]:
        """Number of findings by outcome."""
        return Counter(f.outcome for case in self.cases for f in case.findings.values())

    @property
    def reasons(self) -> list[str]:
        """Reasons why findings are not testable, without duplicates."""
        findings = (f for case in self.cases for f in case.findings.values())
        return list(dict.fromkeys(f.note for f in findings if f.outcome is Outcome.UNTESTABLE))


def all_claims() -> Iterator[Claim]:
    """Yield all claims, in the order of the modules."""
    package = claims.__name__
    for name in names(package):
        yield from import_module(f"{package}.{name}").CLAIMS


def load_runs(paths: Iterable[Path], paper: Mapping[str, Any]) -> list[Run]:
    """Read the files of all trainings and combine those of each training.

    Parameters
    ----------
    paths
        One file of each of `KINDS` for every training.
    paper
        Settings of the paper's runs: problem -> method -> settings as stored in a run. Runs of a
        problem that it lacks are not compared with it.

    Raises
    ------
    StorageError
        If a file is invalid or missing.
    """
    trainings: dict[tuple[str, str, int], dict[str, Content]] = {}
    for path in paths:
        content = storage.read(path, leave_out=LEFT_OUT)
        if content.kind not in KINDS:
            expected = f"expected one of {', '.join(KINDS)}"
            raise StorageError(f"{path}: {expected}, found a {content.kind} file")
        settings = content.attributes["settings"]
        key = (settings["problem"], settings["method"], settings["seed"])
        trainings.setdefault(key, {})[content.kind] = content
    for (problem, method, seed), files in trainings.items():
        missing = [kind for kind in KINDS if kind not in files]
        if missing:
            training = f"{problem}, {method}, seed {seed}"
            raise StorageError(f"{training}: expected a {missing[0]} file, received none")
    return [_run(files, paper) for files in trainings.values()]


def judge_all(claims: Iterable[Claim], runs: Sequence[Run]) -> list[Judged]:
    """Judge claims by the runs of any problems, methods and seeds."""
    return [judge(claim, runs) for claim in claims]


def judge(claim: Claim, runs: Sequence[Run]) -> Judged:
    """Judge one claim for every case and seed."""
    by_subject = {(run.problem, run.method, run.seed): run for run in runs}
    seeds = sorted({run.seed for run in runs})
    cases = []
    for case in claim.cases:
        findings = {}
        for seed in seeds:
            compared = [by_subject.get((*subject, seed)) for subject in case]
            findings[seed] = _finding(claim, case, compared)
        cases.append(CaseFindings(case, findings))
    outcomes = [f.outcome for case in cases for f in case.findings.values()]
    needed = 0.0 if claim.kind is Kind.IDENTITY else COVERAGE
    return Judged(claim, tuple(cases), _verdict(outcomes, needed))


def as_plain(judged: Judged) -> dict[str, Any]:
    """Convert a judged claim to values that JSON can store."""
    claim = judged.claim
    fields = {
        name: getattr(claim, name)
        for name in ("name", "kind", "where", "statement", "reason", "min_iterations")
    }
    quantities = [
        {
            "name": quantity.name,
            "measured": quantity.measured,
            "must": str(quantity.must),
            "in_part": None if quantity.in_part is None else str(quantity.in_part),
        }
        for quantity in claim.quantities
    ]
    cases = [
        {
            "case": [list(subject) for subject in case.case],
            "findings": {str(seed): _plain_finding(f) for seed, f in case.findings.items()},
        }
        for case in judged.cases
    ]
    return {
        **fields,
        "same_as_paper": claim.same_as_paper,
        "quantities": quantities,
        "cases": cases,
        "verdict": judged.verdict,
        "reasons": judged.reasons,
    }


def _plain_finding(finding: Finding) -> dict[str, Any]:
    values = {
        name: {"value": value.value, "bound": value.bound}
        if isinstance(value, Ratio)
        else {"value": value if value is None else float(value), "bound": Bound.EXACT}
        for name, value in finding.values.items()
    }
    return {"outcome": finding.outcome, "values": values, "note": finding.note}


def _finding(claim: Claim, case: Case, runs: Sequence[Run | None]) -> Finding:
    """Judge the claim by the runs of one case and seed; a missing run is None."""
    present = [run for run in runs if run is not None]
    try:
        if len(present) < len(runs):
            absent = [name for name, run in zip(case, runs, strict=True) if run is None]
            raise Untestable(f"no run of {', '.join(' with '.join(name) for name in absent)}")
        for run in present:
            _require_testable(claim, run)
        finding = judge_values(claim.quantities, claim.measure(*present))
    except Untestable as reason:
        finding = Finding(Outcome.UNTESTABLE, note=str(reason))
    ends = [f"{run.method} {run.unfinished}" for run in present if run.unfinished]
    return dataclasses.replace(finding, note="; ".join(filter(None, [finding.note, *ends])))


def _require_testable(claim: Claim, run: Run) -> None:
    """Raise `Untestable` if a run is too short, or differs from the paper where it must not."""
    if run.iterations < claim.min_iterations:
        expected = f"expected at least {claim.min_iterations:,}"
        raise Untestable(f"{run.iterations:,} iterations, {expected}")
    for key, (value, paper_value) in run.differences.items():
        for pattern in claim.same_as_paper:
            if fnmatchcase(key, pattern) or key.startswith(f"{pattern}."):
                raise Untestable(f"{key} is {value}, in the paper {paper_value}")


def _verdict(outcomes: Sequence[Outcome], coverage: float) -> Verdict:
    """Combine outcomes; more than a share `coverage` of them must be testable."""
    scores = [SCORES[outcome] for outcome in outcomes if outcome is not Outcome.UNTESTABLE]
    if not scores:
        return Verdict.NOT_TESTABLE
    if len(scores) <= coverage * len(outcomes):
        return Verdict.TOO_FEW
    mean = float(np.mean(scores))
    if mean in (0, 1):
        return Verdict.REPRODUCED if mean else Verdict.NOT_REPRODUCED
    if mean >= MOST:
        return Verdict.MOSTLY
    return Verdict.MOSTLY_NOT if mean <= 1 - MOST else Verdict.MIXED


def _hidden_weights(settings: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return the number of weights of each hidden layer, shape (layers,)."""
    network = validated(NetworkSettings, settings["training"]["network"])
    sizes = network.sizes(plugin_class(PROBLEMS, settings["problem"], Problem))
    return np.array([inputs * outputs for inputs, outputs in pairwise(sizes[:-1])])


def _spread(content: Content) -> dict[str, NDArray[Any]]:
    """Return the arrays of a homogeneity or samples file that claims use."""
    return {
        "iterations": content.arrays["iterations"],
        "homogeneity": content.arrays["homogeneity/residual"],
        "boxes": content.arrays["boxes/residual"],
    }


def _run(files: Mapping[str, Content], paper: Mapping[str, Any]) -> Run:
    """Combine the files of one training, by kind."""
    run, phases, layers, coarse, spread, samples, terms = (files[kind] for kind in KINDS)
    settings = run.attributes["settings"]
    problem, method = settings["problem"], settings["method"]
    last = last_iteration(run.attributes)
    # An unfinished training is compared with the paper by the iterations that it has reached.
    reached = {**settings, "training": {**settings["training"], "iterations": last}}
    return Run(
        problem=problem,
        method=method,
        seed=settings["seed"],
        iterations=last,
        history={key.removeprefix("history/"): values for key, values in run.arrays.items()},
        phases={name: phases.attributes.get(name) for name in PHASES},
        layers={key.removeprefix("information/"): v for key, v in layers.arrays.items()},
        coarse={key.removeprefix("information/"): v for key, v in coarse.arrays.items()},
        layer_weights=_hidden_weights(settings),
        log2_points=float(np.log2(coarse.attributes["points"])),
        spread=_spread(spread),
        samples=_spread(samples),
        terms=term_curves(run.arrays, terms.arrays),
        differences=differences(reached, paper[problem][method]) if problem in paper else {},
        unfinished=length_in_words([run.attributes]) if is_unfinished(run.attributes) else "",
    )
