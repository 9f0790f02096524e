"""Engines in separate processes, controlled through pipes."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engines.base import Evaluation
from benchmarks.sizes import ROOT

LOG_LINES = 20  # of an engine that failed


class EngineProcess:
    """An engine that is set up and waits for commands; a context manager that ends it.

    Parameters
    ----------
    folder
        For its log and its evaluation.
    python
        Interpreter of the environment with the engine's packages; None: this one.
    pinned
        Whether it runs on only as many processors as it has threads.

    Raises
    ------
    RuntimeError
        If the engine fails; the message holds the end of its log.
    """

    def __init__(
        self,
        name: str,
        task: Path,
        folder: Path,
        *,
        threads: int,
        python: str | None = None,
        pinned: bool = True,
    ) -> None:
        self.name = name
        self.log, self.check = folder / f"{name}.log", folder / f"{name}.npz"
        python = os.path.abspath(python or sys.executable)  # the engine runs in another folder
        command = [python, "-m", "benchmarks.engine", name, "--threads", str(threads)]
        command += [] if pinned else ["--unpinned"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "--task", str(task), "--check", str(self.check)],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT / "workflow")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.versions: Mapping[str, str] = self._answer()["versions"]
        self.peak_memory_mb = 0.0

    def __enter__(self) -> "EngineProcess":
        """Return the engine itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End the process."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def evaluation(self) -> Evaluation | None:
        """Return residual and gradient at the start, None if the engine computes no loss."""
        if not self.check.exists():
            return None
        with np.load(self.check) as file:
            return Evaluation(file["residual"], file["gradient"])

    def seconds(self, iterations: int) -> list[float]:
        """Run iterations, and return the wall time of each."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{iterations}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # `_answer` reports the failure
        answer = self._answer()
        self.peak_memory_mb = answer["peak_memory_mb"]
        seconds: list[float] = answer["seconds"]
        return seconds

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            end = self.log.read_text().splitlines()[-LOG_LINES:]
            raise RuntimeError("\n".join([f"engine {self.name} failed:", *end]))
        answer: dict[str, Any] = json.loads(line)
        return answer
