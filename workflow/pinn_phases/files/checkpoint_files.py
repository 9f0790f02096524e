"""Paths of runs and checkpoints."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

NO_STATE = re.compile(r"\.(shorter|part\d+)\.")

if TYPE_CHECKING:
    from pinn_phases.settings.config import Settings


def finished_run(results: Path, scale: str, problem: str, method: str, seed: int) -> list[Path]:
    """Return the run of a training as a list, which is empty if the training is not finished.

    Parameters
    ----------
    results
        Folder of results, with a folder per scale.
    """
    run = results / scale / "runs" / problem / method / f"seed{seed}.h5"
    return [run] if run.exists() else []


def checkpoint_files(results: Path, scale: str, problem: str, method: str, seed: int) -> list[Path]:
    """Return the checkpoints of a training, newest first."""
    folder = results / scale / "runs" / problem / method / "checkpoints"
    return checkpoints_in(folder, problem, method, seed)


def checkpoints_in(folder: Path, problem: str, method: str, seed: int) -> list[Path]:
    """Return the checkpoints of a training in a folder, by all versions of the code, newest first.

    Parts of the record are omitted, and so are checkpoints of a shorter training (`.shorter.`),
    which do not replace those of the longer one.
    """
    found = folder.glob(f"{problem}-{method}-seed{seed}-*.h5")
    states = (path for path in found if not NO_STATE.search(path.name))
    return sorted(states, key=_newest_last, reverse=True)


def stored_files(results: Path, scale: str, problem: str, method: str, seed: int) -> list[Path]:
    """Return the files that can provide a run, best first: the result, then checkpoints."""
    training = results, scale, problem, method, seed
    return [*finished_run(*training), *checkpoint_files(*training)]


def trainings_without_files(
    settings: "Settings", results: Path, scale: str
) -> dict[str, list[str]]:
    """Return the trainings with neither result nor checkpoint: problem -> ["method, seed n"]."""
    missing: dict[str, list[str]] = {}
    for problem, block in settings.problems.items():
        for method in block.methods:
            for seed in settings.seeds:
                if not stored_files(results, scale, problem, method, seed):
                    missing.setdefault(problem, []).append(f"{method}, seed {seed}")
    return missing


def modified(path: Path) -> float:
    """Return the modification time of a file; 0 if there is none, or no longer: it was renamed."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _newest_last(path: Path) -> tuple[bool, float]:
    """Sort key: the previous generations by age, then the current ones by age."""
    return ".previous." not in path.name, modified(path)
