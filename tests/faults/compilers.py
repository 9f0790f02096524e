"""Compilers that are missing or fail, and folders in which nothing can be compiled."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from pinn_phases.files import storage
from tests.faults.mounts import NO_PROGRAMS, READ_ONLY, fill, small_disk
from tests.faults.outcome import Outcome, first_broken
from tests.faults.training import COMPILED, Place, same, uninterrupted_place
from tests.processes import LIBRARY, PATIENCE_SECONDS

FAULT = "no working compiler, or no folder for its output"
REQUIREMENT = "a one-line message; trains to the data of an uncompiled run, and records that"
CACHE = "TORCHINDUCTOR_CACHE_DIR"
DISK = 2**29  # bytes: enough for what is compiled first
HEAD = '#!/bin/sh\ncase "$*" in *" -o "*) ;; *) echo "g++ (GCC) 12.2.0"; exit 0;; esac\n'
NO_HEADER = HEAD + "echo 'x.cpp:1:10: fatal error: omp.h: No such file or directory'; exit 1\n"


@dataclass(frozen=True)
class Kind:
    """One kind of fault."""

    name: str
    reason: str  # part of the line that gives the reason
    script: str = ""  # in place of the compiler
    variable: str = ""  # that names a small disk ...
    below: str = ""  # ... or a folder below it ...
    flags: int = 0  # ... with these properties ...
    full: bool = False  # ... or without room

    @contextmanager
    def environment(self, folder: Path) -> Iterator[dict[str, str]]:
        """Set up the fault and yield the environment variables to set."""
        variables = {CACHE: str(folder / "compiled")}
        if self.script:
            variables["CXX"] = str(folder / "compiler")
            (folder / "compiler").write_text(self.script)
            (folder / "compiler").chmod(0o755)
        (disk := folder / "disk").mkdir()
        with small_disk(disk, DISK if not self.full else 2**16, self.flags):
            if self.full:
                fill(disk, room=0)
            if self.variable == "TMPDIR":
                del variables[CACHE]  # which is then a folder in TMPDIR
            yield variables | ({self.variable: str(disk / self.below)} if self.variable else {})


COMPILERS = (
    Kind("compiler lacks a header", "omp.h: No such file or directory", NO_HEADER),
    Kind("compiler fails", "no working C++ compiler found", "#!/bin/sh\nexit 3\n"),
    Kind("compiler is not a program", "Exec format error", "no program"),
    Kind("compiler is killed", "C++ compile error", HEAD + "kill -9 $$\n"),
    Kind(
        "compiler writes a broken library",
        "file too short",
        HEAD + 'while [ "$1" != -o ]; do shift; done; echo broken > "$2"\n',
    ),
)
DISKS = (
    Kind("folder read-only", "Read-only file system", NO_HEADER, CACHE, flags=READ_ONLY),
    Kind("folder cannot be made", "Read-only file system", NO_HEADER, CACHE, "f", READ_ONLY),
    Kind("folder full", "No space left on device", "", CACHE, full=True),
    Kind("folder without programs", "failed to map segment", "", CACHE, flags=NO_PROGRAMS),
    Kind("TMPDIR without programs", "failed to map segment", "", "TMPDIR", flags=NO_PROGRAMS),
)


def faults(count: int, rng: Random) -> list[Outcome]:
    """Inject `count` faults, one of each in turn; those of disks only if mounting is allowed."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        with small_disk(folder, DISK) as may_mount:
            kinds = [k for pair in zip(COMPILERS, DISKS, strict=True) for k in pair]
            kinds = kinds if may_mount else list(COMPILERS)
        expected = uninterrupted_place()
        for number, kind in enumerate(islice(cycle(kinds), count)):
            place = Place(folder / str(number), COMPILED)
            with kind.environment(place.folder) as variables:
                outcomes.append(Outcome(kind.name, _broken(kind, place, variables, expected)))
    return outcomes


def _broken(kind: Kind, place: Place, variables: dict[str, str], expected: Place) -> str:
    command = [sys.executable, "-m", "pinn_phases", *map(str, place.arguments)]
    environment = {k: v for k, v in os.environ.items() if k != CACHE} | LIBRARY | variables
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=2 * PATIENCE_SECONDS
    )
    lines = done.stderr.splitlines()
    about = [line for line in lines if not line.startswith(COMPILED.problem)]  # its own progress
    broken = first_broken(
        it_trains=done.returncode == 0,
        a_line_says_why=any(kind.reason in line for line in about),
        another_says_it_is_not_compiled=about[-1].startswith(
            "note: not compiled, which is slower: "
        ),
        no_other_line=len(about) == 1 + ("compiled code goes to" in about[0]),
    )
    if not broken:
        device = storage.read(place.run, "run").attributes["execution"]["device"]
        broken = first_broken(
            the_result_records_it=device.endswith(", not compiled"),
            same_data_as_not_compiled=same(place.data(), expected.data()),
        )
    return f"{broken}: {done.returncode} {about[-3:]}" if broken else ""
