"""Fast process starts: fork from a process that has imported torch and Snakemake.

Each process runs the `main` of the command line or of Snakemake with real arguments, files and
signals; only the time of imports is saved. `forking_python` and `snakemake` fork from one server
for the whole test session, and so do the jobs of a workflow that `snakemake` runs. `call` and
`call_snakemake` return a process that can be signalled; jobs of the latter start real Python.
"""

import functools
import multiprocessing
import os
import resource
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import gettempdir

from tests.forking_python import LIBRARIES

ROOT = Path(__file__).parents[1]
LIBRARY = {"PYTHONPATH": str(ROOT / "workflow")}  # this one, not an installed one
PATIENCE_SECONDS = 120.0
SNAKEMAKE_SECONDS = 900.0  # a smoke run takes about 30, many times that on a busy machine
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([*LIBRARIES, "pinn_phases.training.loop", "tests.processes"])


@dataclass(frozen=True)
class Call:
    """A running or finished call."""

    process: BaseProcess
    messages: Path

    @property
    def pid(self) -> int:
        """Process id."""
        assert self.process.pid is not None
        return self.process.pid

    def poll(self) -> int | None:
        """Return the exit status (negative: number of the fatal signal), None while it runs."""
        return self.process.exitcode

    def wait(self, seconds: float = PATIENCE_SECONDS) -> tuple[int, list[str]]:
        """Wait for the end; return exit status and lines of `messages`."""
        self.process.join(seconds)
        status = self.process.exitcode
        if status is None:
            self.process.kill()
            raise TimeoutError(f"{self.messages.read_text()} (after {seconds} s)")
        return status, self.messages.read_text(errors="replace").splitlines()


def call(messages: Path, *arguments: object, file_bytes: int | None = None) -> Call:
    """Start `pinn_phases` with these arguments; its standard error goes to the file `messages`.

    `file_bytes` limits the size of each file that it writes.
    """
    return _start(messages, _run, os.environ, [str(a) for a in arguments], file_bytes)


def call_snakemake(
    messages: Path, folder: Path, *arguments: str, variables: Mapping[str, str] = {}
) -> Call:
    """Start Snakemake in `folder` in its own process group; its output goes to `messages`."""
    return _start(messages, _run_snakemake, os.environ | variables, folder, list(arguments))


def snakemake(
    folder: Path, *arguments: str, variables: Mapping[str, str] = {}
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in `folder` and return the finished process, with all output in `stdout`."""
    return subprocess.run(
        [forking_python(), "-P", "-m", "snakemake", *arguments],  # -P: as the command `snakemake`
        cwd=folder,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SNAKEMAKE_SECONDS,
        check=False,
    )


@functools.cache
def forking_python() -> str:
    """Return the path of a script to use as Python (`forking_python.py`)."""
    workers = os.environ.get("PYTEST_XDIST_TESTRUNUID")  # the same in all workers of a session
    session = os.getppid() if workers else os.getpid()
    folder = Path(gettempdir()) / f"forking-python-{workers or session}"
    server, socket = Path(__file__).with_name("forking_python.py"), folder / "socket"
    try:
        folder.mkdir()
    except FileExistsError:
        pass  # another worker has started the server
    else:
        command = [sys.executable, "-X", "utf8", "-E", str(server), str(socket), str(session)]
        subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL, start_new_session=True)
    script = folder / f"python-{os.getpid()}"
    client = Path(__file__).with_name("forking_client.py")
    command = shlex.join([sys.executable, "-I", "-S", str(client), str(socket)])
    script.write_text(f'#!/bin/sh\nexec {command} "$0" "$@"\n')
    script.chmod(0o755)
    return str(script)


def _start(
    messages: Path, run: Callable[..., None], environment: Mapping[str, str], *arguments: object
) -> Call:
    messages.write_text("")
    process = _FORKS.Process(
        target=_enter, args=(str(messages), dict(environment), run, *arguments)
    )
    process.start()
    return Call(process, messages)


def _enter(
    messages: str, environment: Mapping[str, str], run: Callable[..., None], *arguments: object
) -> None:
    """Run with the environment of this test, not that of the first test."""
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(messages, os.O_WRONLY | os.O_APPEND), sys.stderr.fileno())
    run(*arguments)


def _run(arguments: list[str], file_bytes: int | None) -> None:
    from pinn_phases.__main__ import main
    from pinn_phases.training.checkpointing import parts
    from pinn_phases.training.recording import progress

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    progress.LINE_SECONDS = 0.0  # a line at each recorded iteration, to follow the progress
    parts.PART_BYTES = 4000  # about six parts in thirty iterations
    if file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    sys.exit(main(arguments))


def _run_snakemake(folder: Path, arguments: list[str]) -> None:
    from snakemake.cli import main

    os.setsid()
    os.chdir(folder)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # As for the command `snakemake`, without the tests and the working folder in the path.
    ours = ("", str(ROOT), str(ROOT / "workflow"))
    sys.path = [path for path in sys.path if path not in ours]
    main(arguments)
