"""Summary of failed jobs from the log of Snakemake: rule, output, reason and log file."""

import re
from pathlib import Path

FAILED = re.compile(r"^Error in rule (?P<rule>\w+):\n(?P<details>(?: +.*\n)*)", re.M)
LOG = re.compile(r"^ +log: (?P<path>.+?)(?: \(check log file.*)?$", re.M)
OUTPUT = re.compile(r"^ +output: (?P<path>.+)$", re.M)


def failures(text: str, folder: Path = Path()) -> list[str]:
    """Return one line per failed job.

    Parameters
    ----------
    text
        Contents of Snakemake's log.
    folder
        Working folder of Snakemake; paths in its log are relative to it.
    """
    lines = {}
    for match in FAILED.finditer(text):
        log, output = LOG.search(match["details"]), OUTPUT.search(match["details"])
        job = f"{match['rule']} of {output['path']}" if output else match["rule"]
        reason = f"{_reason(folder / log['path'])}; read {log['path']}" if log else "it has no log"
        lines[job] = f"failed: {job}: {reason}"
    return list(lines.values())


def _reason(log: Path) -> str:
    """Return the last error in the log of a job, or the last line if there is no error."""
    text = log.read_text(errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    errors = [line for line in lines if line.startswith("error: ")]
    return next(reversed(errors or lines), "it wrote no messages").removeprefix("error: ")
