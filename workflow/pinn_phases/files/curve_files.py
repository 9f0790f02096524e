"""Reading SNR curves from text files with two columns, iteration and SNR."""

from pathlib import Path

import numpy as np

from pinn_phases.arrays import Real
from pinn_phases.jobs.stopping import Stopped


def read_curve(path: Path) -> tuple[Real, Real]:
    """Return iterations and SNR, each of shape (n,).

    Columns are separated by commas, semicolons or spaces. The first line may be a header, without
    numbers. Empty lines and lines that start with "#" are ignored.

    Raises
    ------
    Stopped
        If a line does not consist of two numbers, or there are no lines.
    """
    rows: list[tuple[float, float]] = []
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.replace(",", " ").replace(";", " ").split()
        if not words or words[0].startswith("#"):
            continue
        try:
            iteration, snr = (float(word) for word in words)
        except ValueError:
            if number == 1 and not any(map(_is_number, words)):
                continue
            raise Stopped(
                f"{path}, line {number}: expected an iteration and its SNR, received {line!r:.60}"
            ) from None
        rows.append((iteration, snr))
    if not rows:
        raise Stopped(f"{path}: expected lines with an iteration and its SNR, found none")
    columns = np.array(rows)
    return columns[:, 0], columns[:, 1]


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
