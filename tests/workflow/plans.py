"""Many plans of Snakemake in little time: one process imports what all need, and forks for each."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.workflow.conftest import REPOSITORY, SECONDS


class Plan(NamedTuple):
    """What a dry run said, and its exit status."""

    status: int
    text: str


def plans(cases: Mapping[str, tuple[Any, Sequence[str]]]) -> dict[str, Plan]:
    """Plan each case, settings and arguments, in an empty folder of its own.

    The Snakefile is the repository's: what is planned depends on nothing in the folder.
    """
    with tempfile.TemporaryDirectory() as name:
        for case, (settings, arguments) in cases.items():
            folder = Path(name, case)
            folder.mkdir()
            (folder / "config.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
            (folder / "arguments.json").write_text(json.dumps(arguments))
        command = [sys.executable, "-m", "tests.workflow.plans", name]
        subprocess.run(command, cwd=REPOSITORY, check=True, timeout=SECONDS)
        return {
            case: Plan(
                int(Path(name, case, "status").read_text()), Path(name, case, "text").read_text()
            )
            for case in cases
        }


def _plan(folder: Path) -> int:
    """Run Snakemake in this process, with its messages in a file."""
    from snakemake.cli import main

    os.chdir(folder)
    messages = os.open("text", os.O_WRONLY | os.O_CREAT)
    os.dup2(messages, 1)
    os.dup2(messages, 2)
    arguments = json.loads(Path("arguments.json").read_text())
    try:
        main(["-n", "--snakefile", str(REPOSITORY / "Snakefile"), *arguments])
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _plan_all(folders: Sequence[Path]) -> None:
    sys.path.insert(0, str(REPOSITORY / "workflow"))
    import snakemake.cli  # noqa: F401

    import pinn_phases.figures.drawing.style  # noqa: F401

    for folder in folders:
        child = os.fork()
        if child == 0:
            _end_with(folder)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        (folder / "status").write_text(str(status))


def _end_with(folder: Path) -> None:
    status = 1
    try:
        status = _plan(folder)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _plan_all(sorted(Path(sys.argv[1]).iterdir()))
