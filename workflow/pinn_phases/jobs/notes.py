"""Notes from the logs of trainings, which are printed at the end of a call."""

from collections import Counter
from pathlib import Path

NOTE = "note: "  # prefix of notes in a log
LOGS = "*/logs/runs/*/*/*.log"  # relative to the folder of results


def notes(folder: Path, since: float) -> list[str]:
    """Return each distinct note, with the number of trainings that wrote it.

    Parameters
    ----------
    folder
        Folder of results, with a folder per scale.
    since
        Start of the call, seconds since the epoch; older logs are ignored.
    """
    counts: Counter[str] = Counter()
    for log in sorted(folder.glob(LOGS)):
        if log.stat().st_mtime >= since:
            lines = log.read_text(errors="replace").splitlines()
            counts.update({line for line in lines if line.startswith(NOTE)})
    return [
        f"{line} ({count} training{'s' if count > 1 else ''})" for line, count in counts.items()
    ]
