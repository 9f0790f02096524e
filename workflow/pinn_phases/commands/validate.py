"""Compare the solver of the cavity's reference with published values; fail if they differ."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from pinn_phases import storage
from pinn_phases.digest import code_digest
from pinn_phases.frozen import SettingsError
from pinn_phases.stopping import Stopped

if TYPE_CHECKING:
    from pinn_phases.reference.cavity_validation import Comparison

log = logging.getLogger(__name__)

MODES = 64  # differs from the published values by less than 1e-6, in a few seconds
INTERVALS = 64  # of the coarser grid of the finite differences; the finer one takes some seconds
TOLERANCE = 1e-3


def code() -> str:
    """Digest of the code behind the comparison."""
    return code_digest("commands.validate")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("--modes", type=int, default=MODES, help="resolution of the solver")
    parser.add_argument(
        "--intervals", type=int, default=INTERVALS, help="of the coarser finite differences"
    )
    parser.add_argument("--output", type=Path, help="text file to which the table goes as well")


def run(options: argparse.Namespace) -> None:
    """Solve, compare, print and save the table."""
    # Importing scipy takes a second: not for the help.
    from pinn_phases.reference.cavity_finite_differences import FEWEST_INTERVALS
    from pinn_phases.reference.cavity_stream_function import FEWEST_MODES, MOST_MODES
    from pinn_phases.reference.cavity_validation import compare

    if not FEWEST_MODES <= options.modes <= MOST_MODES:
        raise SettingsError(("--modes",), options.modes, f"expected {FEWEST_MODES} to {MOST_MODES}")
    if options.intervals < FEWEST_INTERVALS:
        raise SettingsError(
            ("--intervals",), options.intervals, f"expected at least {FEWEST_INTERVALS}"
        )
    try:
        comparisons = compare(options.modes, options.intervals)
    except ArithmeticError as error:  # a resolution too low for the flow
        raise Stopped(str(error)) from None
    table = _table(comparisons, options.modes, options.intervals)
    print(table)
    if options.output is not None:
        storage.write_bytes(options.output, f"{table}\n".encode())
    far = [comparison.quantity for comparison in comparisons if comparison.difference > TOLERANCE]
    if far:
        raise Stopped(
            f"differs from the published values by more than {TOLERANCE}: {', '.join(far)}"
        )
    log.info("all values agree with the published ones within %g", TOLERANCE)


def _table(comparisons: "tuple[Comparison, ...]", modes: int, intervals: int) -> str:
    """Set the values in columns of text."""
    head = (
        *("quantity", "Botella, Peyret", f"{modes} modes", "difference", "Ghia et al."),
        *(f"FD {intervals}", f"FD {2 * intervals}", "extrapolated"),
    )
    rows: list[tuple[str, ...]] = [head]
    for row in comparisons:
        values = (row.botella_peyret, row.ours, row.difference, row.ghia, *row.finite_differences)
        shown = [f"{value:.7f}" for value in values]
        shown[2] = f"{row.difference:.1e}"
        rows.append((row.quantity, *shown))
    return "\n".join(
        "  ".join([row[0].ljust(32), *(cell.rjust(15) for cell in row[1:])]).rstrip()
        for row in rows
    )
