"""Progress of the trainings in a results folder, read from files (results, checkpoints, logs).

The processes are never contacted, so this also works on a login node or on a copy of the folder.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TypeVar

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from pinn_phases.analysis.phases.names import PHASES
from pinn_phases.analysis.phases.search import find_phases
from pinn_phases.files.checkpoint_files import checkpoints_in, modified
from pinn_phases.files.reached import is_unfinished
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.settings.analysis import PhaseSettings
from pinn_phases.training.checkpointing.parts import read_whole
from pinn_phases.training.recording.progress import LINE_SECONDS, Status, status_file

SILENT_SECONDS = 6 * LINE_SECONDS  # six successive lines of the log are missing
UNKNOWN = "–"
RUNNING, STOPPED, FAILED, SILENT = "running", "stopped", "failed", "silent"
FINISHED, REACHED = "finished", "as reached"  # REACHED: a run of an unfinished training
DAMAGED = "damaged"
STYLES = {RUNNING: "green", SILENT: "yellow", FAILED: "red", DAMAGED: "red", FINISHED: "dim"}
OTHER_LINES = 4  # lines of the page in addition to the rows of trainings
MAX_WIDTH = 1000  # characters, wider than any table

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One training, formatted for the table; the names of the fields are its header."""

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


def read_rows(
    folder: Path, phase_settings: Mapping[str, PhaseSettings], now: float | None = None
) -> list[Row]:
    """Return a row for each training with a log or a result.

    Parameters
    ----------
    folder
        Folder of results, with a folder per scale.
    phase_settings
        Scale -> constants of the search for phases. The phase is unknown at other scales.
    now
        Seconds since the epoch, for the age of logs; None: the current time.
    """
    now = time.time() if now is None else now
    trainings = {_training(path, folder) for path in folder.glob("*/logs/runs/*/*/seed*.log")}
    trainings |= {_training(path, folder) for path in folder.glob("*/runs/*/*/seed*.h5")}
    return [
        _row(folder, training, phase_settings.get(training[0]), now)
        for training in sorted(trainings, key=_order)
    ]


def limit_rows(rows: Sequence[Row], limit: int) -> list[Row]:
    """Return at most `limit` rows in their order; finished trainings are dropped first."""
    finished_last = sorted(range(len(rows)), key=lambda i: rows[i].state == FINISHED)
    return [rows[i] for i in sorted(finished_last[: max(limit, 0)])]


def count_states(rows: Sequence[Row]) -> str:
    """Summarise the number of trainings by state."""
    if not rows:
        return "no training has started"
    states = Counter(_kind(row.state) for row in rows)
    counts = ", ".join(f"{number} {state}" for state, number in states.most_common())
    return f"{len(rows)} training{'s' if len(rows) > 1 else ''}: {counts}"


def table(rows: Sequence[Row]) -> Table:
    """Return the rows as a table with a header."""
    result = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for field in fields(Row):
        result.add_column(field.name.replace("relative_l2", "rel. L2"), no_wrap=True)
    for row in rows:
        result.add_row(*map(Text, astuple(row)), style=STYLES.get(_kind(row.state)))
    return result


@dataclass(frozen=True)
class Cropped:
    """A table that narrow terminals cut off at the right, where rich would shorten all cells."""

    table: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render the table at its full width."""
        return console.render(self.table, options.update_width(MAX_WIDTH))


def page(folder: Path, rows: Sequence[Row], lines: int | None = None) -> Group:
    """Return the table with a summary below it.

    Parameters
    ----------
    lines
        Height of the terminal, to which the table is limited; None: show all rows.
    """
    shown = rows if lines is None else limit_rows(rows, lines - OTHER_LINES)
    hidden = f", {len(rows) - len(shown)} not shown" if len(shown) < len(rows) else ""
    summary = Text(f"{folder}: {count_states(rows)}{hidden}", no_wrap=True)
    parts: list[RenderableType] = [Cropped(table(shown)), Text(), summary]
    if lines is not None:
        parts.append(Text(f"{time.strftime('%H:%M:%S')}, Ctrl-C exits"))
    return Group(*parts)


Training = tuple[str, str, str, str]  # scale, problem, method, seed


def _order(training: Training) -> tuple[str, str, str, int, str]:
    """Sort key, with seeds as numbers if they are numeric."""
    scale, problem, method, seed = training
    return scale, problem, method, int(seed) if seed.isdecimal() else 0, seed


def _training(path: Path, folder: Path) -> Training:
    """Extract scale, problem, method and seed from the path of a log or a result."""
    scale, *_, problem, method, name = path.relative_to(folder).parts
    return scale, problem, method, Path(name).stem.removeprefix("seed")


def _row(folder: Path, training: Training, phase_settings: PhaseSettings | None, now: float) -> Row:
    scale, problem, method, seed = training
    runs = folder / scale / "runs" / problem / method
    result = runs / f"seed{seed}.h5"
    if result.exists():
        phases = folder / scale / "phases" / problem / method / f"seed{seed}.h5"
        return _finished(training, result, phases, phase_settings)
    log = folder / scale / "logs" / "runs" / problem / method / f"seed{seed}.log"
    status = Status.read(status_file(log))
    state = _state(log, now - (status.time if status else modified(log)))
    if status is None:
        return Row(*training, state)
    checkpoints = checkpoints_in(runs / "checkpoints", problem, method, int(seed))
    rate, left = (status.pace if state == RUNNING else None) or (UNKNOWN, UNKNOWN)
    return Row(
        *(*training, state, f"{status.iteration:,}", f"{status.end:,}", rate, left),
        *(f"{status.loss:.2e}", f"{status.relative_l2:.3f}"),
        _newest_phase(checkpoints, phase_settings),
    )


def _finished(
    training: Training, result: Path, phases: Path, phase_settings: PhaseSettings | None
) -> Row:
    try:
        run = _read(result)
    except StorageError:
        return Row(*training, DAMAGED)
    phase = _stored_phase(phases, newer_than=modified(result)) or _phase(result, phase_settings)
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
    """Return the state of a training without a result, `silent` seconds after its last line."""
    errors = [line for line in _lines(log) if line.startswith("error: ")]
    if errors:
        return STOPPED if any("on request" in line for line in errors) else FAILED
    return RUNNING if silent < SILENT_SECONDS else f"{SILENT} for {silent / 60:.0f} min"


def _lines(log: Path) -> list[str]:
    """Return the lines of a log; none if it no longer exists."""
    try:
        return log.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _kind(state: str) -> str:
    """Return a state without the duration of silence."""
    return SILENT if state.startswith(SILENT) else state


def _newest_phase(checkpoints: Sequence[Path], phase_settings: PhaseSettings | None) -> str:
    """Return the phase at the newest valid checkpoint."""
    for path in checkpoints:
        try:
            return _phase(path, phase_settings)
        except StorageError:
            continue
    return UNKNOWN


def _cached(function: Callable[..., T]) -> Callable[..., T]:
    """Cache the result for each file, until the file changes."""
    results: dict[Path, tuple[object, T]] = {}

    def call(path: Path, *options: object) -> T:
        version = modified(path), options
        if path not in results or results[path][0] != version:
            results[path] = version, function(path, *options)
        return results[path][1]

    return call


@_cached
def _read(path: Path) -> Content:
    return read_whole(path, leave_out=("snapshots/", "points/", "state/"))


def _stored_phase(phases: Path, *, newer_than: float) -> str | None:
    """Return the last phase in the phases file of a run; None if there is no valid current file."""
    if modified(phases) < newer_than:
        return None
    try:
        attributes = _read(phases).attributes
    except StorageError:
        return None
    return _last([attributes.get(name) for name in PHASES])


@_cached  # the search takes a second
def _phase(path: Path, phase_settings: PhaseSettings | None) -> str:
    """Search for phases in the history, and return the name of the last one that has begun."""
    history = _read(path).arrays
    if phase_settings is None:
        return UNKNOWN
    try:
        phases = find_phases(
            history["history/iteration"], history["history/snr"], **phase_settings.model_dump()
        )
    except ValueError:  # the history is too short
        return UNKNOWN
    return _last([getattr(phases, name) for name in PHASES])


def _last(boundaries: Sequence[object]) -> str:
    """Return the name of the last phase that has begun; a boundary is None if it was not found."""
    diffusion, total_diffusion, late_decrease = boundaries
    if total_diffusion:
        return "late decrease" if late_decrease else "total diffusion"
    return "after fitting" if diffusion else "no phase found"
