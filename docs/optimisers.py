"""Print the table of docs/optimisers.md and draw Figure S4, from archived runs.

    python docs/optimisers.py [RESULTS]

The runs with Adam are those of archive/laptop, the others those of archive/optimisers, which keep
only their history. With RESULTS, a folder such as results/laptop, the runs with other optimisers in
it are archived first. Phases and figure are written to results/optimisers.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from tabulate import tabulate

from pinn_phases.__main__ import main
from pinn_phases.analysis.archive import CHECKSUMS, checksums
from pinn_phases.files import storage
from pinn_phases.optimisers.base import Optimiser
from pinn_phases.plugins import OPTIMISERS, PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title, split_name

ROOT = Path(__file__).parents[1]
ADAM, OTHERS, RESULTS = (
    ROOT / folder for folder in ("archive/laptop/runs", "archive/optimisers", "results/optimisers")
)
NAMES = [
    method + optimiser for method in ("vanilla", "rba") for optimiser in ("", "-soap", "-lbfgs")
]
LEFT_OUT = {f"history/layers/{name}" for name in ("gradient_mean", "gradient_std", "snr")}
GOOD = 0.1  # relative error
COLUMNS = (
    *("final error", "below 10 % from", "total diffusion from", "SNR", "alignment"),
    "steepest fall",
)
Arrays = Mapping[str, Any]


def archive(results: Path) -> None:
    """Copy the history of the runs with other optimisers, without the gradients of the layers."""
    for path in sorted((results / "runs").glob("*/*-*/seed*.h5")):
        run = storage.read(path, "run")
        kept = {
            name: values
            for name, values in run.arrays.items()
            if name.startswith("history/") and name not in LEFT_OUT
        }
        storage.write(OTHERS / path.relative_to(results), replace(run, arrays=kept))
    files = {str(path.relative_to(OTHERS)): path for path in OTHERS.rglob("*.h5")}
    (OTHERS / CHECKSUMS).write_text(checksums(files))


def runs(problem: str, method: str) -> list[Path]:
    """Return the archived runs of a problem and method, sorted by seed."""
    folder = ADAM if "-" not in method else OTHERS / "runs"
    return sorted((folder / problem / method).glob("seed*.h5"))


def phases_of(run: Path) -> Path:
    """Return the file with the phases of a run, found with the constants of config.yaml."""
    path = RESULTS.joinpath("phases", *run.parts[-3:])
    assert main(["phases", "--run", str(run), "--output", str(path)]) == 0
    return path


def cells(history: Arrays, phases: Arrays) -> tuple[str, ...]:
    """Return the entries of one run."""
    at, error = history["iteration"], history["relative_l2"]
    late = at > at[-1] / 2
    good = at[error < GOOD]
    return (
        f"{error[-1]:.{3 if error[-1] >= 0.01 else 4}f}",
        f"{good[0]:,}" if good.size else "never",
        total_diffusion(phases),
        f"{np.nanmedian(history['snr'][late]):.2g}",
        f"{np.nanmedian(history['alignment'][late]):.2f}" if "alignment" in history else "–",
        f"{phases['landmarks']['relative_l2']:,.0f}",
    )


def total_diffusion(phases: Arrays) -> str:
    """Return the start of total diffusion, or the best rejected rise."""
    if phases["total_diffusion"]:
        return f"{phases['total_diffusion']['iteration']:,.0f}"
    best = max(phases["candidates"], key=lambda rise: rise["confidence"], default=None)
    if best is None or best["confidence"] < 0.005:
        return "none"
    slow = ", too slow" if "too slow" in best["reason"] else ""
    return f"({best['confidence']:.2f}{slow})"


def titles(problem: str, method: str) -> tuple[str, str]:
    """Return the titles of problem and weighting, and of the optimiser."""
    weighting, optimiser = split_name(method)
    subject = f"{plugin_class(PROBLEMS, problem, Problem).title}, {method_title(weighting)}"
    return subject, plugin_class(OPTIMISERS, optimiser, Optimiser).title


def joined(values: Iterable[str]) -> str:
    """Join the entries of all seeds; a common one is written once."""
    entries = list(values)
    return entries[0] if len(set(entries)) == 1 else ", ".join(entries)


def report() -> None:
    """Print the table and draw the figure."""
    rows, inputs = [], []
    for problem in sorted(folder.name for folder in (OTHERS / "runs").iterdir()):
        for method in NAMES:
            entries = []
            for path in runs(problem, method):
                run, phases = storage.read(path, "run"), phases_of(path)
                history = {n.removeprefix("history/"): v for n, v in run.arrays.items()}
                entries.append(cells(history, storage.read(phases).attributes))
                inputs += [str(path), str(phases)]
            columns = zip(*entries, strict=True)
            rows.append((*titles(problem, method), *map(joined, columns)))
    print(tabulate(rows, ("", "", *COLUMNS), "github"))
    files = [word for form in ("pdf", "png") for word in (f"--{form}", f"{RESULTS}/figS4.{form}")]
    settings = '{"smoothing": 10, "phases_of": "rba"}'
    assert main(["figure", "figS4", "--settings", settings, "--inputs", *inputs, *files]) == 0


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        archive(Path(folder))
    report()
