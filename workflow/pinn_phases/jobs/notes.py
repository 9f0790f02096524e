"""Notes in the logs of the trainings of a call, for its last lines."""

from collections import Counter
from pathlib import Path

NOTE = "note: "  # prefix of these lines
LOGS = "*/logs/runs/*/*/*.log"  # below a folder of results


def notes(folder: Path, since: float) -> list[str]:
    """Return each note once, with the number of trainings that made it.

    Parameters
    ----------
    folder
        Folder of results, with a folder per scale.
    since
        Seconds since the epoch; older logs belong to other calls.
    """
    counts: Counter[str] = Counter()
    for log in sorted(folder.glob(LOGS)):
        if log.stat().st_mtime >= since:
            said = log.read_text(errors="replace").splitlines()
            counts.update({line for line in said if line.startswith(NOTE)})
    return [
        f"{line} ({count} training{'s' if count > 1 else ''})" for line, count in counts.items()
    ]
