"""What the trainings of a call said that whoever called should know of, from their logs."""

from collections import Counter
from pathlib import Path

NOTE = "note: "  # how such a line begins
LOGS = "*/logs/runs/*/*/*.log"  # below a folder of results


def notes(folder: Path, since: float) -> list[str]:
    """Return each note once, with the number of trainings that made it.

    Parameters
    ----------
    folder
        Of results, with a folder for each scale.
    since
        Seconds since the epoch: older logs are of other calls.
    """
    counts: Counter[str] = Counter()
    for log in sorted(folder.glob(LOGS)):
        if log.stat().st_mtime >= since:
            said = log.read_text(errors="replace").splitlines()
            counts.update({line for line in said if line.startswith(NOTE)})
    return [
        f"{line} ({count} training{'s' if count > 1 else ''})" for line, count in counts.items()
    ]
