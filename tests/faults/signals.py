"""SIGTERM and SIGINT: to a training, and to a Snakemake that runs one."""

import os
import shutil
import signal
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from pinn_phases.files import storage
from pinn_phases.training.recording.progress import Status, status_file
from tests.faults.outcome import Outcome, first_broken
from tests.faults.repository import RUN, TARGET, training_log, uninterrupted
from tests.faults.training import Place, errors, reached, resumed_after, same, uninterrupted_place
from tests.processes import PATIENCE_SECONDS, Call, call_snakemake

FAULT = "SIGTERM, SIGINT"
REQUIREMENT = (
    "checkpoint saved, clean exit; the next call resumes and reaches the data of an "
    "uninterrupted run"
)
SIGNALS = (signal.SIGTERM, signal.SIGINT)
ON_REQUEST = "stopped on request after iteration"


def faults(count: int, rng: Random) -> list[Outcome]:
    """Send `count` signals: half to trainings, half to Snakemake."""
    return [*_to_jobs((count + 1) // 2, rng), *_to_snakemake(count // 2, rng)]


def _to_jobs(count: int, rng: Random) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        expected = uninterrupted_place().data()
        while len(outcomes) < count:
            number = SIGNALS[len(outcomes) % 2]
            place = Place(Path(folder) / str(len(outcomes)))
            training = place.start()
            last = rng.randint(1, 20)
            while reached(training.messages.read_text().splitlines()) < last:
                assert training.process.is_alive(), training.messages.read_text()
                time.sleep(0.001)
            os.kill(training.pid, number)
            status, lines = training.wait()
            (line,) = errors(lines) or [""]
            no_result, again = not place.run.exists(), place.finish()
            status_at_end = Status.read(status_file(place.log))
            broken = first_broken(
                exit_status_1=status == 1,
                one_line_reports_it=ON_REQUEST in line and lines[-1] == line,
                no_result_yet=no_result,
                resumes_after_the_last_iteration=resumed_after(again) == reached(lines),
                the_status_file_is_updated=status_at_end is not None
                and status_at_end.iteration == status_at_end.end,
                same_data_as_uninterrupted=same(place.data(), expected),
            )
            outcomes.append(Outcome(f"{number.name} to a training", broken))
    return outcomes


def _to_snakemake(count: int, rng: Random) -> list[Outcome]:
    """Signal the whole group, as a terminal and a batch system do, or Snakemake alone.

    Alone, it waits for the running job, which is not stopped but finishes.
    """
    if not count:
        return []
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as name:
        folder = Path(name) / "copy"
        shutil.copytree(uninterrupted(), folder)
        place = SnakemakeTraining(folder)
        expected = place.data()
        while len(outcomes) < count:
            place.clear()
            number, group = SIGNALS[len(outcomes) % 2], len(outcomes) // 2 % 2 == 0
            outcomes.append(_signalled(place, number, group, expected, rng))
    return outcomes


class SnakemakeTraining:
    """The training of a copied repository, run by Snakemake."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.run = folder, folder / RUN

    def clear(self) -> None:
        """Remove result, checkpoints and log."""
        for path in sorted(self.run.parent.rglob("*.h5")):
            path.unlink()
        training_log(self.folder).unlink(missing_ok=True)

    def start(self, **variables: str) -> Call:
        """Start Snakemake in its own process group, with these environment variables."""
        options = ("--cores", "1", *TARGET)
        return call_snakemake(self.folder / "terminal", self.folder, *options, variables=variables)

    def terminal(self) -> str:
        """Return what Snakemake has printed."""
        return (self.folder / "terminal").read_text()

    def data(self):
        """All datasets of the result."""
        return dict(storage.read(self.run, "run").arrays)


def _signalled(
    place: SnakemakeTraining, number: signal.Signals, group: bool, expected, rng: Random
) -> Outcome:
    called = place.start()
    checkpoints = place.run.parent / "checkpoints"
    until = time.monotonic() + PATIENCE_SECONDS
    while not any(checkpoints.glob("*.previous.h5")):
        assert called.poll() is None and time.monotonic() < until, place.terminal()
        time.sleep(0.02)
    time.sleep(rng.uniform(0, 0.5))
    (os.killpg if group else os.kill)(called.pid, number)
    status, _ = called.wait()
    terminal, stopped = place.terminal(), not place.run.exists()
    none_left = not is_alive(called.pid)
    again, _ = place.start().wait()
    broken = first_broken(
        the_job_is_stopped_or_finishes=stopped == group,
        the_exit_status_shows_it=(status != 0) == stopped or not group,
        one_line_reports_it=ON_REQUEST in terminal or not group,
        no_traceback="Traceback" not in terminal,
        no_process_left=none_left,
        the_next_call_succeeds=again == 0,
        it_resumes=not group
        or resumed_after(training_log(place.folder).read_text().splitlines()) > 0,
        same_data_as_uninterrupted=same(place.data(), expected),
    )
    whom = "Snakemake and its jobs" if group else "Snakemake alone"
    return Outcome(f"{number.name} to {whom}", f"{broken}: exit {status}" if broken else "")


def is_alive(group: int) -> bool:
    """Whether a process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
