"""Compare the cavity's reference solver with published values; fail if they differ."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from tabulate import tabulate

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.model import SettingsError

if TYPE_CHECKING:
    from pinn_phases.reference.driven_cavity.validation import AtReynolds, ValueComparison

log = logging.getLogger(__name__)

MODES = 64  # within 1e-6 of the accurate values, in a few seconds
INTERVALS = 64  # of the coarser finite-difference grid; the finer one takes some seconds
TOLERANCE = 1e-3  # to the accurate values; for the others, see `cavity_profiles`


def code() -> str:
    """Digest of the code of this command."""
    return code_digest("commands.validate")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--modes", type=int, default=MODES, help="Chebyshev modes of the solver")
    parser.add_argument(
        "--intervals",
        type=int,
        default=INTERVALS,
        help="intervals of the coarser finite-difference grid",
    )
    parser.add_argument(
        "--reynolds", type=float, nargs="+", help="published Reynolds numbers; default: all"
    )
    parser.add_argument("--output", type=Path, help="text file for a copy of the tables")


def run(options: argparse.Namespace) -> None:
    """Solve, compare, print and save the tables."""
    # Import scipy, which takes a second, only where it is needed.
    from pinn_phases.reference.driven_cavity.finite_differences import FEWEST_INTERVALS
    from pinn_phases.reference.driven_cavity.profiles import REYNOLDS
    from pinn_phases.reference.driven_cavity.stream_function import FEWEST_MODES, MOST_MODES
    from pinn_phases.reference.driven_cavity.validation import compare, compare_at

    if not FEWEST_MODES <= options.modes <= MOST_MODES:
        raise SettingsError(("--modes",), options.modes, f"expected {FEWEST_MODES} to {MOST_MODES}")
    if options.intervals < FEWEST_INTERVALS:
        raise SettingsError(
            ("--intervals",), options.intervals, f"expected at least {FEWEST_INTERVALS}"
        )
    for number in (wanted := options.reynolds or REYNOLDS):
        if number not in REYNOLDS:
            expected = f"expected of {', '.join(f'{known:g}' for known in REYNOLDS)}"
            raise SettingsError(("--reynolds",), number, expected)
    try:
        comparisons = compare(options.modes, options.intervals)
        flows = tuple(compare_at(number, options.modes) for number in wanted)
    except ArithmeticError as error:  # a resolution too low for the flow
        raise Stopped(str(error)) from None
    tables = f"{_table(comparisons, options.modes, options.intervals)}\n\n{_profile_table(flows)}"
    print(tables)
    if options.output is not None:
        storage.write_bytes(options.output, f"{tables}\n".encode())
    require_agreement(comparisons, flows)
    log.info("all values agree with the published ones")


def require_agreement(
    comparisons: "tuple[ValueComparison, ...]", flows: "tuple[AtReynolds, ...]"
) -> None:
    """Fail if a difference from a published value or the other method exceeds the tolerance."""
    far = [row.quantity for row in comparisons if row.difference > TOLERANCE]
    far += [f"profiles at Reynolds number {flow.reynolds:g}" for flow in flows if not flow.agrees]
    if far:
        raise Stopped(f"too far from the published values: {', '.join(far)}")
    differing = [row.quantity for row in comparisons if not row.methods_agree]
    if differing:
        raise Stopped(f"the two methods differ: {', '.join(differing)}")


def _table(comparisons: "tuple[ValueComparison, ...]", modes: int, intervals: int) -> str:
    """Format the values in columns of text."""
    head = (
        *("quantity", "Botella, Peyret", f"{modes} modes", "difference", "Ghia et al."),
        *(f"FD {intervals}", f"FD {2 * intervals}", "extrapolated"),
    )
    rows = []
    for row in comparisons:
        values = (row.botella_peyret, row.ours, row.difference, row.ghia, *row.finite_differences)
        shown = [f"{value:.7f}" for value in values]
        shown[2] = f"{row.difference:.1e}"
        rows.append((row.quantity, *shown))
    return _columns([head, *rows])


def _profile_table(flows: "tuple[AtReynolds, ...]") -> str:
    """Format extrema, and differences from the published velocities, in columns of text."""
    from pinn_phases.reference.driven_cavity.extrema import parts

    rows: list[tuple[str, ...]] = [
        ("", *(f"Re = {flow.reynolds:g}" for flow in flows)),
        *(
            (label, *(f"{getattr(flow.extrema[name], part):.7f}" for flow in flows))
            for name, extremum in flows[0].extrema.items()
            for part, label in parts(name)
            if getattr(extremum, part) is not None
        ),
    ]
    for name, at in (("u", "y"), ("v", "x")):
        found = [getattr(flow, name) for flow in flows]
        rows.append((f"{name} from Erturk et al.", *(f"{one.difference:.1e}" for one in found)))
        rows.append((f"  at {at}", *(f"{one.position:.3f}" for one in found)))
    rows.append(("  tolerance", *(f"{flow.tolerance:.1e}" for flow in flows)))
    return _columns(rows)


def _columns(rows: "list[tuple[str, ...]]") -> str:
    """Format rows of cells in columns, the first left-aligned."""
    align = ("left", *["right"] * (len(rows[0]) - 1))
    columns: str = tabulate(
        rows, tablefmt="plain", disable_numparse=True, preserve_whitespace=True, colalign=align
    )
    return columns
