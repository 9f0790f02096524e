"""Processes of the command line that start in no time: forked from one that has imported torch.

Each is a process of its own that runs `pinn_phases.__main__.main` with real arguments, files and
signals; only the seconds of importing torch and matplotlib are spared.
"""

import multiprocessing
import os
import resource
import sys
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

PATIENCE_SECONDS = 120.0
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        *("torch", "torch._dynamo", "torch._functorch.eager_transforms"),
        *(
            "pinn_phases.training.loop",
            "pinn_phases.figures.drawing.style",
            "tests.faults.processes",
        ),
    ]
)


@dataclass(frozen=True)
class Call:
    """A running or finished call of the command line."""

    process: BaseProcess
    messages: Path

    @property
    def pid(self) -> int:
        """Its process number."""
        assert self.process.pid is not None
        return self.process.pid

    def wait(self) -> tuple[int, list[str]]:
        """Return exit status (below 0: the signal that ended it) and lines of standard error."""
        self.process.join(PATIENCE_SECONDS)
        status = self.process.exitcode
        if status is None:
            self.process.kill()
            raise TimeoutError(f"{self.messages.read_text()} (after {PATIENCE_SECONDS} s)")
        return status, self.messages.read_text(errors="replace").splitlines()


def call(messages: Path, *arguments: object, file_bytes: int | None = None) -> Call:
    """Start `pinn_phases` with these arguments; its standard error goes to the file `messages`.

    No file that it writes may grow beyond `file_bytes`, if that is given.
    """
    words = [str(argument) for argument in arguments]
    process = _FORKS.Process(target=_run, args=(words, str(messages), file_bytes))
    messages.write_text("")
    process.start()
    return Call(process, messages)


def _run(arguments: list[str], messages: str, file_bytes: int | None) -> None:
    from pinn_phases.__main__ import main
    from pinn_phases.training import parts, progress

    os.dup2(os.open(messages, os.O_WRONLY | os.O_APPEND), sys.stderr.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    progress.LINE_SECONDS = 0.0  # a line at each recorded iteration: to know where it was
    parts.PART_BYTES = 4000  # half a dozen parts in thirty iterations
    if file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    sys.exit(main(arguments))
