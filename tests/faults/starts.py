"""SIGTERM and SIGINT before the first iteration: while torch is imported and code is compiled."""

import os
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.compilers import CACHE, HEAD, NO_HEADER
from tests.faults.outcome import Outcome, first_broken
from tests.faults.repository import copied_repository, training_log
from tests.faults.signals import SnakemakeTraining, is_alive
from tests.faults.training import COMPILED, Place, same, uninterrupted_place
from tests.processes import LIBRARY

FAULT = "SIGTERM, SIGINT before the first iteration"
REQUIREMENT = (
    "a one-line message, nonzero exit status, no file, no process left; the next call trains "
    "to the same data"
)
WAYS = tuple(product((True, False), (signal.SIGINT, signal.SIGTERM)))  # to the group or not
STOPPED = "error: stopped on request before the first iteration; nothing is lost"
INTERRUPTED = "error: interrupted, nothing was written"  # before the command's own code
PATIENCE = 300.0  # seconds, for a start with an empty compile cache on a busy machine
MOMENTS = (  # and the suffix of files in the compile cache that show progress
    ("torch is imported", None),
    ("code is compiled", ""),
    ("a library is linked", ".so"),
)
PYTHON_SECONDS = 0.5  # until our first line runs
IMPORT_SECONDS = 3.0  # at most, to import torch
COMPILER_SECONDS = 60.0  # until an orphaned compiler has ended
# `exec` leaves the shell no child once the file exists. If a child exits normally while a signal
# arrives, the shell ignores the signal and continues.
HANGS = HEAD + 'folder=$(dirname "$0"); : > "$folder/hangs"; exec sleep 600\n'


def faults(count: int, rng: Random) -> list[Outcome]:
    """Send `count` signals: while a compiler hangs, at random moments, and to Snakemake."""
    hanging = min(count, len(WAYS))
    to_snakemake = (count - hanging) // 4
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        outcomes += _while_the_compiler_hangs(folder, hanging)
        outcomes += _at_some_moment(folder, count - hanging - to_snakemake, rng)
        outcomes += _to_snakemake(folder, to_snakemake, rng)
    return outcomes


def _start(place: Place, **variables: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pinn_phases", *map(str, place.arguments)]
    with (place.folder / "stderr").open("wb") as messages:
        return subprocess.Popen(
            command, env=os.environ | LIBRARY | variables, stderr=messages, start_new_session=True
        )


def _while_the_compiler_hangs(folder: Path, count: int) -> list[Outcome]:
    """Signal once the compiler hangs; for the next call it fails at once."""
    uninterrupted = uninterrupted_place()
    outcomes = []
    for number, (group, sent) in enumerate(WAYS[:count]):
        place = Place(folder / f"hangs-{number}", COMPILED)
        compiler = place.folder / "c++"
        compiler.write_text(HANGS)
        compiler.chmod(0o755)
        variables = {"CXX": str(compiler), CACHE: str(place.folder / "cache")}
        training = _start(place, **variables)
        until = time.monotonic() + PATIENCE
        while not (place.folder / "hangs").exists():
            assert training.poll() is None and time.monotonic() < until
            time.sleep(0.02)
        broken = _stopped(place, training, group, sent, hangs_on=not group)
        if not group:  # a signal to the training alone leaves the hanging compiler
            os.killpg(training.pid, signal.SIGKILL)
        compiler.write_text(NO_HEADER)
        broken = broken or _next_call(place, uninterrupted, variables)
        outcomes.append(Outcome(_kind("a compiler hangs", group, sent), broken))
    return outcomes


def _at_some_moment(folder: Path, count: int, rng: Random) -> list[Outcome]:
    """Signal a start with an empty compile cache, at moments defined by the files it has made.

    Times would depend on the machine's load. The linker is the most critical: torch takes the
    file it leaves for a library.
    """
    if not count:
        return []
    uninterrupted = Place(folder / "compiled", COMPILED)
    assert _start(uninterrupted, **{CACHE: str(folder / "cache")}).wait(PATIENCE) == 0
    outcomes = []
    for number in range(count):
        what, ending = MOMENTS[number % len(MOMENTS)]
        group, sent = WAYS[number // len(MOMENTS) % len(WAYS)]
        place = Place(folder / f"start-{number}", COMPILED)
        cache = place.folder / "cache"
        training = _start(place, **{CACHE: str(cache)})
        time.sleep(rng.uniform(PYTHON_SECONDS, IMPORT_SECONDS))
        if ending is not None:
            reached = rng.randint(1, _files(folder / "cache", ending) - 1)
            while _files(cache, ending) < reached:
                assert training.poll() is None
                time.sleep(0.001)
        broken = _stopped(place, training, group, sent)
        broken = broken or _next_call(place, uninterrupted, {CACHE: str(cache)})
        outcomes.append(Outcome(_kind(what, group, sent), broken))
    return outcomes


def _files(folder: Path, ending: str) -> int:
    """Count files below a folder that is changing."""
    return sum(name.endswith(ending) for _, _, names in os.walk(folder) for name in names)


def _stopped(
    place: Place,
    training: subprocess.Popen[bytes],
    group: bool,
    sent: signal.Signals,
    hangs_on: bool = False,
) -> str:
    """Send the signal and return what does not hold; `hangs_on` allows a process to be left."""
    (os.killpg if group else os.kill)(training.pid, sent)
    try:
        status = training.wait(COMPILER_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(training.pid, signal.SIGKILL)
        return "it does not end"
    lines = (place.folder / "stderr").read_text().splitlines()
    last, messages = lines[-1:], [line for line in lines if not line.startswith(COMPILED.problem)]
    broken = first_broken(
        exit_status_not_0=status != 0,
        one_line_reports_it=last == messages and messages in ([STOPPED], [INTERRUPTED]),
        no_file=not place.run.parent.exists(),
        no_process_left=hangs_on or not _left(training.pid),
    )
    return f"{broken}: {status} {messages}" if broken else ""


def _left(group: int) -> bool:
    """Whether a process of the group is left after the time that a compiler may take."""
    until = time.monotonic() + COMPILER_SECONDS
    while is_alive(group) and time.monotonic() < until:
        time.sleep(0.05)
    return is_alive(group)


def _next_call(place: Place, uninterrupted: Place, variables: dict[str, str]) -> str:
    status = _start(place, **variables).wait(PATIENCE)
    return first_broken(
        the_next_call_succeeds=status == 0,
        same_data_as_uninterrupted=status == 0 and same(place.data(), uninterrupted.data()),
    )


def _kind(what: str, group: bool, sent: signal.Signals) -> str:
    return f"{what}, {sent.name} to {'the group' if group else 'the training alone'}"


def _to_snakemake(folder: Path, count: int, rng: Random) -> list[Outcome]:
    """Signal Snakemake and its job while the job compiles, as a terminal does."""
    if not count:
        return []
    (repository := folder / "repository").mkdir()
    copied_repository(repository, training={"compiled": True})
    expected, outcomes = None, []
    for number in range(count):
        place = SnakemakeTraining(repository)
        place.clear()
        variables = {CACHE: str(folder / f"cache-{number}")}
        sent = WAYS[number % 2][1]
        called = place.start(**variables)
        log = training_log(repository)
        until = time.monotonic() + PATIENCE
        while not (log.exists() and "compiling first" in log.read_text()):
            assert called.poll() is None and time.monotonic() < until, place.terminal()
            time.sleep(0.02)
        time.sleep(rng.uniform(0, 10))
        os.killpg(called.pid, sent)
        (status, _), terminal = called.wait(PATIENCE), place.terminal()
        no_file, left = not list(place.run.parent.rglob("*.h5")), _left(called.pid)
        again, _ = place.start(**variables).wait(PATIENCE)
        data = place.data() if again == 0 else None
        expected = expected or data
        broken = first_broken(
            exit_status_not_0=status != 0,
            one_line_reports_it=STOPPED.removeprefix("error: ") in terminal,
            no_traceback="Traceback" not in terminal,
            no_file=no_file,
            no_process_left=not left,
            the_next_call_succeeds=again == 0,
            same_data=data is not None and same(data, expected),
        )
        kind = f"{sent.name} to Snakemake and its job"
        outcomes.append(Outcome(kind, f"{broken}: {terminal[-400:]}" if broken else ""))
    return outcomes
