"""Compare the reference solver of the cavity with published values; fail if they differ."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from tabulate import tabulate

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.strict_model import SettingsError

if TYPE_CHECKING:
    from pinn_phases.reference.driven_cavity.validation import AtReynolds, ValueComparison

log = logging.getLogger(__name__)

MODES = 64  # error below 1e-6 in comparison with the accurate values, in a few seconds
INTERVALS = 64  # of the coarser finite-difference grid; the finer one takes some seconds
TOLERANCE = 1e-3  # difference from the accurate values; other tolerances: `driven_cavity.profiles`


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
    parser.add_argument("--output", type=Path, help="text file that receives a copy of the tables")


def run(options: argparse.Namespace) -> None:
    """Solve, compare, and print the tables."""
    # Import scipy, which takes a second, only when the command runs.
    from pinn_phases.reference.driven_cavity import extrema
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
    reynolds_numbers = options.reynolds or REYNOLDS
    for number in reynolds_numbers:
        if number not in REYNOLDS:
            expected = f"expected one of {', '.join(f'{published:g}' for published in REYNOLDS)}"
            raise SettingsError(("--reynolds",), number, expected)
    try:
        solved = {
            number: compare_at(number, options.modes)
            for number in dict.fromkeys([extrema.REYNOLDS, *reynolds_numbers])
        }
        comparisons = compare(solved[extrema.REYNOLDS].extrema, options.intervals)
    except ArithmeticError as error:  # the resolution is too low
        raise Stopped(str(error)) from None
    flows = tuple(solved[number] for number in reynolds_numbers)
    tables = f"{_table(comparisons, options.modes, options.intervals)}\n\n{_profile_table(flows)}"
    print(tables)
    if options.output is not None:
        storage.write_bytes(options.output, f"{tables}\n".encode())
    require_agreement(comparisons, flows)
    log.info("all values agree with the published ones")


def require_agreement(
    comparisons: "tuple[ValueComparison, ...]", flows: "tuple[AtReynolds, ...]"
) -> None:
    """Fail if a value differs from the published one, or between the two methods."""
    far = [row.quantity for row in comparisons if row.difference > TOLERANCE]
    far += [f"profiles at Reynolds number {flow.reynolds:g}" for flow in flows if not flow.agrees]
    if far:
        raise Stopped(f"too far from the published values: {', '.join(far)}")
    differing = [row.quantity for row in comparisons if not row.methods_agree]
    if differing:
        raise Stopped(f"the two methods differ: {', '.join(differing)}")


def _table(comparisons: "tuple[ValueComparison, ...]", modes: int, intervals: int) -> str:
    """Format the comparison of values as a table."""
    head = (
        *("quantity", "Botella, Peyret", f"{modes} modes", "difference", "Ghia et al."),
        *(f"FD {intervals}", f"FD {2 * intervals}", "extrapolated"),
    )
    rows = []
    for row in comparisons:
        values = (row.botella_peyret, row.ours, row.difference, row.ghia, *row.finite_differences)
        cells = [f"{value:.7f}" for value in values]
        cells[2] = f"{row.difference:.1e}"
        rows.append((row.quantity, *cells))
    return _columns([head, *rows])


def _profile_table(flows: "tuple[AtReynolds, ...]") -> str:
    """Format extrema and differences from the published velocities as a table."""
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
    for name, coordinate in (("u", "y"), ("v", "x")):
        profiles = [getattr(flow, name) for flow in flows]
        differences = (f"{profile.difference:.1e}" for profile in profiles)
        rows.append((f"{name} from Erturk et al.", *differences))
        rows.append((f"  at {coordinate}", *(f"{profile.position:.3f}" for profile in profiles)))
    rows.append(("  tolerance", *(f"{flow.tolerance:.1e}" for flow in flows)))
    return _columns(rows)


def _columns(rows: "list[tuple[str, ...]]") -> str:
    """Format rows of cells as text, with the first column left-aligned."""
    align = ("left", *["right"] * (len(rows[0]) - 1))
    columns: str = tabulate(
        rows, tablefmt="plain", disable_numparse=True, preserve_whitespace=True, colalign=align
    )
    return columns
