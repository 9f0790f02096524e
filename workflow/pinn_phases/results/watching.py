"""Where the trainings of a results folder are, from files alone: results, checkpoints, logs.

Nothing is asked of the processes, so that it works on the login node of a cluster, or on a copy.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from pinn_phases.analysis.boundaries import PHASES
from pinn_phases.analysis.phases import find_phases
from pinn_phases.files.checkpoint_files import checkpoints_in
from pinn_phases.files.reached import is_unfinished
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.settings.analysis import PhaseSettings
from pinn_phases.training.parts import read_whole
from pinn_phases.training.progress import LINE_SECONDS, Status, status_file

SILENT_SECONDS = 6 * LINE_SECONDS  # six lines in a row are missing
UNKNOWN = "–"
RUNNING, STOPPED, FAILED, SILENT = "running", "stopped", "failed", "silent"
FINISHED, REACHED = "finished", "as reached"  # by an unfinished training
DAMAGED = "damaged"
STYLES = {RUNNING: "green", SILENT: "yellow", FAILED: "red", DAMAGED: "red", FINISHED: "dim"}
LINES_BESIDE = 4  # of a terminal, beside the rows of trainings
WIDE = 1000  # columns, more than any table has


@dataclass(frozen=True)
class Row:
    """One training, as text."""

    scale: str
    problem: str
    method: str
    seed: str
    state: str
    iteration: str = UNKNOWN
    of: str = UNKNOWN
    rate: str = UNKNOWN
    left: str = UNKNOWN
    loss: str = UNKNOWN
    relative_l2: str = UNKNOWN
    phase: str = UNKNOWN


def look(
    folder: Path, phase_settings: Mapping[str, PhaseSettings], now: float | None = None
) -> list[Row]:
    """Return a row for each training that has left a log or a result below the folder.

    Parameters
    ----------
    folder
        `results`, with a folder for each scale.
    phase_settings
        Constants of the search for phases at each scale; elsewhere no phase is told.
    now
        Seconds since the epoch that the age of a log is counted to; None: the clock's.
    """
    now = time.time() if now is None else now
    trainings = {_place(path, folder) for path in folder.glob("*/logs/runs/*/*/seed*.log")}
    trainings |= {_place(path, folder) for path in folder.glob("*/runs/*/*/seed*.h5")}
    return [
        _row(folder, training, phase_settings.get(training[0]), now)
        for training in sorted(trainings, key=_order)
    ]


def fitted(rows: Sequence[Row], most: int) -> list[Row]:
    """Return no more than so many rows, in their order; finished trainings are left out first."""
    by_interest = sorted(range(len(rows)), key=lambda i: rows[i].state == FINISHED)
    return [rows[i] for i in sorted(by_interest[: max(most, 0)])]


def count(rows: Sequence[Row]) -> str:
    """Say how many trainings there are, and in which state."""
    if not rows:
        return "no training has begun"
    states = Counter(_kind(row.state) for row in rows)
    parts = ", ".join(f"{number} {state}" for state, number in states.most_common())
    return f"{len(rows)} training{'s' if len(rows) > 1 else ''}: {parts}"


def table(rows: Sequence[Row]) -> Table:
    """Set the rows in columns, below their names."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for field in fields(Row):
        shown.add_column(field.name.replace("relative_l2", "rel. L2"), no_wrap=True)
    for row in rows:
        shown.add_row(*map(Text, astuple(row)), style=STYLES.get(_kind(row.state)))
    return shown


@dataclass(frozen=True)
class Cropped:
    """A table that a narrow terminal cuts off at the right, where rich would shorten all cells."""

    table: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render the table as wide as it is."""
        return console.render(self.table, options.update_width(WIDE))


def page(folder: Path, rows: Sequence[Row], lines: int | None = None) -> Group:
    """Lay out the table and the count below it; for a terminal, what fits into so many lines."""
    shown = rows if lines is None else fitted(rows, lines - LINES_BESIDE)
    left_out = f", {len(rows) - len(shown)} not shown" if len(shown) < len(rows) else ""
    below = Text(f"{folder}: {count(rows)}{left_out}", no_wrap=True)
    parts: list[RenderableType] = [Cropped(table(shown)), Text(), below]
    if lines is not None:
        parts.append(Text(f"{time.strftime('%H:%M:%S')}, Ctrl-C ends"))
    return Group(*parts)


Training = tuple[str, str, str, str]  # scale, problem, method, seed


def _order(training: Training) -> tuple[str, str, str, int, str]:
    """Sort seeds as numbers, where they are some."""
    scale, problem, method, seed = training
    return scale, problem, method, int(seed) if seed.isdecimal() else 0, seed


def _place(path: Path, folder: Path) -> Training:
    """Read scale, problem, method and seed off the path of a log or a result."""
    scale, *_, problem, method, name = path.relative_to(folder).parts
    return scale, problem, method, Path(name).stem.removeprefix("seed")


def _row(folder: Path, training: Training, phase_settings: PhaseSettings | None, now: float) -> Row:
    scale, problem, method, seed = training
    beside = folder / scale / "runs" / problem / method
    result = beside / f"seed{seed}.h5"
    if result.exists():
        phases = folder / scale / "phases" / problem / method / f"seed{seed}.h5"
        return _finished(training, result, phases, phase_settings)
    log = folder / scale / "logs" / "runs" / problem / method / f"seed{seed}.log"
    status = Status.read(status_file(log))
    state = _state(log, now - (status.time if status else _age(log)))
    if status is None:
        return Row(*training, state)
    rate, left = (status.pace if state == RUNNING else None) or (UNKNOWN, UNKNOWN)
    return Row(
        *(*training, state, f"{status.iteration:,}", f"{status.end:,}", rate, left),
        *(f"{status.loss:.2e}", f"{status.relative_l2:.3f}"),
        _newest_phase(
            checkpoints_in(beside / "checkpoints", problem, method, int(seed)), phase_settings
        ),
    )


def _finished(
    training: Training, result: Path, phases: Path, phase_settings: PhaseSettings | None
) -> Row:
    try:
        run = _read(result, _age(result))
    except StorageError:
        return Row(*training, DAMAGED)
    phase = _phase_found(phases, newer_than=_age(result)) or _phase(run, phase_settings)
    last = {
        name: run.arrays[f"history/{name}"][-1] for name in ("iteration", "loss", "relative_l2")
    }
    end = iteration = f"{last['iteration']:,}"
    state = FINISHED
    if is_unfinished(run.attributes):
        state, end = REACHED, f"{run.attributes['settings']['training']['iterations']:,}"
    return Row(
        *(*training, state, iteration, end, UNKNOWN, UNKNOWN),
        *(f"{last['loss']:.2e}", f"{last['relative_l2']:.3f}", phase),
    )


def _state(log: Path, silent: float) -> str:
    """Say what became of a training without a result, silent for so many seconds."""
    lines = log.read_text(errors="replace").splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    if errors:
        return STOPPED if any("on request" in line for line in errors) else FAILED
    return RUNNING if silent < SILENT_SECONDS else f"{SILENT} for {silent / 60:.0f} min"


def _kind(state: str) -> str:
    """State without the time that a training has been silent."""
    return SILENT if state.startswith(SILENT) else state


def _newest_phase(checkpoints: Sequence[Path], phase_settings: PhaseSettings | None) -> str:
    """Phase at the newest checkpoint that can be read."""
    for path in checkpoints:
        try:
            return _phase(_read(path, _age(path)), phase_settings)
        except StorageError:
            continue
    return UNKNOWN


def _age(path: Path) -> float:
    """Time of the last change; 0 if the file was replaced meanwhile."""
    return path.stat().st_mtime if path.exists() else 0.0


@cache  # of each version of a file
def _read(path: Path, changed: float) -> Content:
    return read_whole(path, leave_out=("snapshots/", "points/", "state/"))


def _phase_found(phases: Path, *, newer_than: float) -> str | None:
    """Read the last phase where the workflow has searched already."""
    if _age(phases) < newer_than:
        return None
    try:
        found = _read(phases, _age(phases)).attributes
    except StorageError:
        return None
    return _last([found.get(name) for name in PHASES])


def _phase(run: Content, phase_settings: PhaseSettings | None) -> str:
    """Name of the last phase that has begun."""
    if phase_settings is None:
        return UNKNOWN
    at, snr = run.arrays["history/iteration"], run.arrays["history/snr"]
    return _last_phase(at.tobytes(), snr.tobytes(), str(at.dtype), phase_settings)


@cache  # the search takes a second
def _last_phase(at: bytes, snr: bytes, kind: str, phase_settings: PhaseSettings) -> str:
    try:
        found = find_phases(
            np.frombuffer(at, kind), np.frombuffer(snr), **phase_settings.model_dump()
        )
    except ValueError:  # too short
        return UNKNOWN
    return _last([getattr(found, name) for name in PHASES])


def _last(boundaries: Sequence[object]) -> str:
    """Name the last phase that is known to have begun; each boundary may be None."""
    diffusion, total_diffusion, late_decrease = boundaries
    if total_diffusion:
        return "late decrease" if late_decrease else "total diffusion"
    return "after fitting" if diffusion else "no phase found"
