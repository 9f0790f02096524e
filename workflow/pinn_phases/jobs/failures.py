"""Summary of failed jobs from the log of Snakemake: what failed, why, and which log to read."""

import re
from pathlib import Path

FAILED = re.compile(r"^Error in rule (?P<rule>\w+):\n(?P<facts>(?: +.*\n)*)", re.M)
LOG = re.compile(r"^ +log: (?P<path>.+?)(?: \(check log file.*)?$", re.M)
OUTPUT = re.compile(r"^ +output: (?P<path>.+)$", re.M)


def failures(told: str, folder: Path = Path()) -> list[str]:
    """Return one line per failed job.

    Parameters
    ----------
    told
        Log of a call of Snakemake.
    folder
        Working folder of Snakemake, to which paths in `told` are relative.
    """
    lines = {}
    for found in FAILED.finditer(told):
        log, output = LOG.search(found["facts"]), OUTPUT.search(found["facts"])
        what = f"{found['rule']} of {output['path']}" if output else found["rule"]
        why = f"{_reason(folder / log['path'])}; read {log['path']}" if log else "it has no log"
        lines[what] = f"failed: {what}: {why}"
    return list(lines.values())


def _reason(log: Path) -> str:
    """Last line with an error in the log of a job, or else the last line."""
    said = log.read_text(errors="replace").split("\n") if log.exists() else []
    said = [line.strip() for line in said if line.strip()]
    reasons = [line for line in said if line.startswith("error: ")]
    return next(reversed(reasons or said), "it wrote nothing").removeprefix("error: ")
