"""A disk that is full at a random write: a small file system, or a limit on the file size."""

from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.mounts import fill, small_disk
from tests.faults.outcome import Outcome, first_broken
from tests.faults.training import Place, errors, same, uninterrupted_place

FAULT = "disk full"
REQUIREMENT = "a one-line message; no partial file under a final name; resumes when there is space"
SMALL_DISK = 512 * 1024  # bytes; a whole training needs about half of it
FULL = ("No space left on device", "File too large")


def faults(count: int, rng: Random) -> list[Outcome]:
    """Fill the disk `count` times, in both ways in turn; only by the limit if mounting fails."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        uninterrupted = uninterrupted_place()
        largest = uninterrupted.run.stat().st_size
        while len(outcomes) < count:
            at = Path(folder) / str(len(outcomes))
            at.mkdir()
            with ExitStack() as disks:
                if len(outcomes) % 2 and disks.enter_context(small_disk(at, SMALL_DISK)):
                    outcomes.append(
                        _on_a_small_disk(at, uninterrupted, rng, Path(folder) / "stderr")
                    )
                else:
                    outcomes.append(_with_a_limit(at, uninterrupted, rng.randint(1, largest - 1)))
    return outcomes


def _with_a_limit(at: Path, uninterrupted: Place, file_bytes: int) -> Outcome:
    place = Place(at)
    status, lines = place.start(file_bytes).wait()
    return Outcome("limit on the file size", _broken(place, uninterrupted, status, lines))


def _on_a_small_disk(at: Path, uninterrupted: Place, rng: Random, messages: Path) -> Outcome:
    """Leave room for a part of what the training writes, then all of it."""
    place = Place(at)
    filler = fill(at, room=rng.randint(1, 9) * 4096)  # the file system's pages
    status, lines = place.start(messages=messages).wait()
    filler.unlink()
    return Outcome("small file system", _broken(place, uninterrupted, status, lines))


def _broken(place: Place, uninterrupted: Place, status: int, lines: list[str]) -> str:
    errors_found = errors(lines)
    incomplete_files, result = place.incomplete_files(), place.run.exists()
    had_checkpoint = any(place.checkpoints.glob("*.h5"))
    again = place.finish()
    broken = first_broken(
        exit_status_1=status == 1,
        one_line_reports_it=len(errors_found) == 1
        and lines[-1] == errors_found[0]
        and any(words in errors_found[0] for words in FULL),
        no_partial_file=not incomplete_files,
        no_result=not result,
        resumes_from_the_checkpoint=had_checkpoint == any("continues after" in li for li in again),
        same_data_as_uninterrupted=same(place.data(), uninterrupted.data()),
    )
    return f"{broken}: {status} {lines[-3:]}" if broken else ""
