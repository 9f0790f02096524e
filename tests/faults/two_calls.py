"""Two calls of Snakemake at once in one folder."""

import shutil
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from pinn_phases.files import storage
from tests.faults.outcome import Outcome, first_broken
from tests.faults.repository import RUN, TARGET, training_log, uninterrupted
from tests.faults.training import same
from tests.processes import call_snakemake, snakemake

FAULT = "two snakemake calls at once"
REQUIREMENT = "the second one exits with a message; nothing is damaged"


def faults(count: int, rng: Random) -> list[Outcome]:
    """Call Snakemake again while a call trains, at random moments."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as name:
        folder = Path(name) / "copy"
        shutil.copytree(uninterrupted(), folder)
        expected = dict(storage.read(folder / RUN).arrays)
        while len(outcomes) < count:
            shutil.rmtree((folder / RUN).parent)
            training_log(folder).unlink()
            outcomes.append(_twice(folder, expected, rng))
    return outcomes


def _twice(folder: Path, expected: dict, rng: Random) -> Outcome:
    first = call_snakemake(folder / "first", folder, "--cores", "1", *TARGET)
    while not training_log(folder).exists():
        assert first.poll() is None, (folder / "first").read_text()
        time.sleep(0.02)
    time.sleep(rng.uniform(0, 1))
    second = snakemake(folder, "--cores", "1", *TARGET)
    was_running = first.poll() is None
    status, _ = first.wait()
    broken = first_broken(
        both_ran_at_once=was_running,
        the_second_exits_with_a_message=second.returncode != 0
        and "cannot be locked" in second.stdout,
        no_traceback="Traceback" not in second.stdout,
        the_first_succeeds=status == 0,
        same_data_as_alone=same(dict(storage.read(folder / RUN).arrays), expected),
    )
    return Outcome("while a training runs", f"{broken}: {second.stdout[-300:]}" if broken else "")
