"""A disk that is full at random writes: a small file system, or a limit on the size of files."""

from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.mounts import fill, small_disk
from tests.faults.outcome import Outcome, first_broken
from tests.faults.training import Place, errors, same, undisturbed_place

FAULT = "disk full"
REQUIREMENT = "a one-line message; no partial file under a final name; resumes when there is space"
SMALL_DISK = 512 * 1024  # bytes; a whole training needs about half of it
FULL = ("No space left on device", "File too large")


def faults(count: int, rng: Random) -> list[Outcome]:
    """Fill the disk so many times; in turn, where file systems may be mounted, else by a limit."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        undisturbed = undisturbed_place()
        largest = undisturbed.run.stat().st_size
        while len(outcomes) < count:
            at = Path(folder) / str(len(outcomes))
            at.mkdir()
            with ExitStack() as disks:
                if len(outcomes) % 2 and disks.enter_context(small_disk(at, SMALL_DISK)):
                    outcomes.append(_on_a_small_disk(at, undisturbed, rng, Path(folder) / "stderr"))
                else:
                    outcomes.append(_with_a_limit(at, undisturbed, rng.randint(1, largest - 1)))
    return outcomes


def _with_a_limit(at: Path, undisturbed: Place, file_bytes: int) -> Outcome:
    place = Place(at)
    status, lines = place.start(file_bytes).wait()
    return Outcome("limit on the size of files", _broken(place, undisturbed, status, lines))


def _on_a_small_disk(at: Path, undisturbed: Place, rng: Random, messages: Path) -> Outcome:
    """Leave room for a part of what the training writes, then all of it."""
    place = Place(at)
    filler = fill(at, room=rng.randint(1, 9) * 4096)  # the file system's pages
    status, lines = place.start(messages=messages).wait()
    filler.unlink()
    return Outcome("small file system", _broken(place, undisturbed, status, lines))


def _broken(place: Place, undisturbed: Place, status: int, lines: list[str]) -> str:
    said = errors(lines)
    halves, result = place.halves(), place.run.exists()
    had_checkpoint = any(place.checkpoints.glob("*.h5"))
    again = place.finish()
    broken = first_broken(
        exit_status_1=status == 1,
        one_line_says_it=len(said) == 1
        and lines[-1] == said[0]
        and any(words in said[0] for words in FULL),
        no_half_file=not halves,
        no_result=not result,
        goes_on_from_the_checkpoint=had_checkpoint == any("continues after" in li for li in again),
        same_data_as_undisturbed=same(place.data(), undisturbed.data()),
    )
    return f"{broken}: {status} {lines[-3:]}" if broken else ""
