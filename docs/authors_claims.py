"""Print the claims that the authors' own curves can test, as a Markdown table.

    python docs/authors_claims.py

A claim is skipped if it needs more than the four published curves. Each is judged twice: with the
starts of the phases that the authors drew by hand, and with those that our search finds. Errors are
interpolated to the iterations of SNR; before iteration 300 they are published less often.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from tabulate import tabulate

from pinn_phases.analysis.phases.names import PHASES
from pinn_phases.analysis.phases.search import find_phases
from pinn_phases.claims.base import Case, Claim, Run
from pinn_phases.claims.judging.quantities import Finding, Outcome
from pinn_phases.claims.judging.verdicts import all_claims, judge
from pinn_phases.files.published import BOUNDARIES, read_curves
from pinn_phases.summary.claims import MARKS, NONE, case_title, number

ROOT = Path(__file__).parents[1]
CONSTANTS = yaml.safe_load((ROOT / "config.yaml").read_text())["phases"]
SEED = 2341
NOT_PUBLISHED: dict[str, Any] = dict.fromkeys(
    ("layers", "coarse", "spread", "samples", "terms"), {}
)


def runs(training: Mapping[str, str]) -> Iterator[Run]:
    """Yield a training with the boundaries drawn by the authors, then with those of our search."""
    curves = read_curves(ROOT / "published", training["problem"], training["method"])
    at = curves["gradients/iteration"]
    found = find_phases(at, curves["gradients/snr"], **CONSTANTS)
    searched = {name: vars(start) if (start := getattr(found, name)) else None for name in PHASES}
    drawn = {
        name: dict.fromkeys(("iteration", "lower", "upper"), float(training[name]))
        for name in BOUNDARIES
    }
    history = {
        "iteration": at,
        "relative_l2": np.interp(at, curves["error/iteration"], curves["error/relative_l2"]),
        **{f"gradient_{name}": curves[f"gradients/{name}"] for name in ("mean", "std")},
        "snr": curves["gradients/snr"],
    }
    # Without total diffusion, the search does not look for the late decrease.
    late = {"late_decrease": searched["late_decrease"]} if searched["total_diffusion"] else {}
    for phases in (drawn | late, searched):
        yield Run(
            **{"problem": training["problem"], "method": training["method"], "seed": SEED},
            **{"iterations": int(at[-1]), "history": history, "phases": phases},
            **{"differences": {}, "layer_weights": np.empty(0), "log2_points": 0.0},
            **NOT_PUBLISHED,
        )


def judged(claim: Claim, case: Case, trainings: Sequence[Run]) -> Finding:
    """Return the finding of a case; not testable if it needs data that are not published."""
    try:
        (found,) = judge(replace(claim, cases=(case,)), trainings).cases
    except KeyError as missing:
        return Finding(Outcome.UNTESTABLE, note=f"{missing} is not published")
    return found.findings[SEED]


def in_words(finding: Finding) -> str:
    """Return the mark of a finding and its values."""
    values = "; ".join(f"{name} {number(finding, name) or NONE}" for name in finding.values)
    return f"{MARKS[finding.outcome]} {values}".strip()


def main() -> None:
    """Print the table."""
    with (ROOT / "published" / "trainings.csv").open() as file:
        drawn, searched = zip(*(runs(training) for training in csv.DictReader(file)), strict=True)
    rows = []
    for claim in all_claims():
        for case in claim.cases:
            both = [judged(claim, case, trainings) for trainings in (drawn, searched)]
            if any(finding.outcome is not Outcome.UNTESTABLE for finding in both):
                rows.append([claim.statement, case_title(case), *map(in_words, both)])
    heads = ["statement", "case", "with the authors' boundaries", "with our search"]
    print(tabulate(rows, heads, tablefmt="pipe", disable_numparse=True))


if __name__ == "__main__":
    main()
