"""Goals for speed and memory, and measured values, as a Markdown table.

    python -m benchmarks.report.goals results/benchmarks/*.json

Prints the results of `snakemake benchmarks`.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabulate import tabulate

Reports = Mapping[str, Any]  # content of each JSON file, by its stem

TITLES = {
    "ours_statistics": "ours, recorded",
    "nested": "nested autograd",
    "deepxde": "DeepXDE",
    "pina": "PINA",
    "jax": "JAX",
}
OURS = "ours"
PEERS = ("deepxde", "pina", "jax")
GROWTH, JOBS = "growth", "jobs"
PAPER_POINTS = 25600
MB_A_GB = 1000


@dataclass(frozen=True)
class Goal:
    """A measured number with a limit to meet, and its format."""

    what: str
    file: str  # stem of the report that has it
    limit: float
    at_least: bool
    measured: Callable[[Any], Mapping[str, float]]  # a spread, or its median alone
    show: str = "{:.2f}"

    def row(self, report: Any) -> tuple[str, ...]:
        """Cells of the table's row."""
        spread = self.measured(report)
        median = spread["median"]
        met = median >= self.limit if self.at_least else median <= self.limit
        shown = self.show.format(median)
        if "lowest" in spread:
            lowest, highest = (self.show.format(spread[end]) for end in ("lowest", "highest"))
            shown += f" ({lowest} to {highest})"
        sign = "≥" if self.at_least else "≤"
        command = f"`snakemake --cores 2 results/benchmarks/{self.file}.json`"
        limit = f"{sign} {self.show.format(self.limit)}"
        return self.what, limit, shown, "yes" if met else "no", command


def ratio_to(engine: str) -> Callable[[Any], Mapping[str, float]]:
    """Time of an engine over ours."""
    return lambda report: report["engines"][engine]["ratio"]


def fastest_peer(report: Any) -> Mapping[str, float]:
    """Time of the fastest peer over ours."""
    ratios = [report["engines"][name]["ratio"] for name in PEERS]
    return min(ratios, key=lambda ratio: ratio["median"])


def peak_gb(report: Any) -> Mapping[str, float]:
    """Peak memory at the paper's number of points, GB."""
    points = report["points"]
    peak = dict(zip(points["sizes"], points["peak_memory_mb"], strict=True))[PAPER_POINTS]
    return {"median": peak / MB_A_GB}


def growth_of_peak(report: Any) -> Mapping[str, float]:
    """Peak memory with twice as many points, over that with the paper's number."""
    points = report["points"]
    peaks = dict(zip(points["sizes"], points["peak_memory_mb"], strict=True))
    return {"median": peaks[2 * PAPER_POINTS] / peaks[PAPER_POINTS]}


def two_runs(report: Any) -> Mapping[str, float]:
    """Return the iterations per second of two concurrent runs, over those of one."""
    ratio: Mapping[str, float] = report["at_once"]["2"]["over_one"]
    return ratio


def eight_cores(report: Any) -> Mapping[str, float]:
    """Return the throughput with `--cores 8`, over that with `--cores 2`."""
    ratio: Mapping[str, float] = report["by_cores"]["8"]["work_over_two"]
    return ratio


def start(report: Any) -> Mapping[str, float]:
    """Seconds of a job of one iteration whose code another seed has compiled."""
    return {"median": report["starts"]["another seed"]}


def slope_over(size: str) -> Callable[[Any], Mapping[str, float]]:
    """Exponent of the time as a power of a size."""
    return lambda report: {"median": report[size]["slope"]}


GOALS = (
    Goal("Allen-Cahn: nested autograd / ours", "allen_cahn", 2.5, True, ratio_to("nested")),
    *(
        Goal(f"Allen-Cahn: {TITLES[peer]} / ours", "allen_cahn", 1.0, True, ratio_to(peer))
        for peer in PEERS
    ),
    Goal("Allen-Cahn: fastest of DeepXDE, PINA, JAX / ours", "allen_cahn", 2.0, True, fastest_peer),
    Goal("Helmholtz: nested autograd / ours", "helmholtz", 2.5, True, ratio_to("nested")),
    Goal("Burgers: nested autograd / ours", "burgers", 2.5, True, ratio_to("nested")),
    Goal("cavity: nested autograd / ours", "cavity", 6.0, True, ratio_to("nested")),
    Goal(
        "Allen-Cahn: matrix products alone / iteration",
        "allen_cahn",
        0.75,
        True,
        ratio_to("products"),
    ),
    Goal(
        "Allen-Cahn: statistics of 100 batches in every iteration / none",
        "allen_cahn",
        1.15,
        False,
        ratio_to("ours_statistics"),
    ),
    Goal("Allen-Cahn: peak memory, GB", GROWTH, 1.5, False, peak_gb),
    Goal("Allen-Cahn: peak memory, twice the points / once", GROWTH, 1.1, False, growth_of_peak),
    Goal("Allen-Cahn: time ~ points^p: p", GROWTH, 1.1, False, slope_over("points")),
    Goal("Allen-Cahn: time ~ width^p: p", GROWTH, 2.1, False, slope_over("width")),
    Goal("Allen-Cahn: time ~ iterations^p: p", GROWTH, 1.1, False, slope_over("iterations")),
    Goal("two runs at once / one run, one thread each", JOBS, 1.6, True, two_runs),
    Goal("work done with --cores 8 / --cores 2, of two", JOBS, 1.0, True, eight_cores),
    Goal("job of one iteration, code in the cache, s", JOBS, 10.0, False, start, "{:.1f}"),
)


def read(paths: Sequence[Path]) -> Reports:
    """Read reports, by their names."""
    return {path.stem: json.loads(path.read_text()) for path in paths}


def table(reports: Reports) -> str:
    """Goals as Markdown: medians, and ranges over the rounds where there are any."""
    head = ("what", "goal", "measured: median (range)", "met", "command")
    rows = [goal.row(reports[goal.file]) for goal in GOALS]
    return tabulate(rows, head, tablefmt="github", disable_numparse=True) + "\n"


def conditions(reports: Reports) -> str:
    """List the sizes, machines and package versions of the measurements."""
    lines = []
    for name, report in reports.items():
        machine = report["machine"]
        threads = report["threads"]
        parts = [
            f"{threads} thread{'s' if threads > 1 else ''} on {machine['processor']},"
            f" {machine['processors']} cores",
            f"load {machine['load']:.1f} before and {report['load_at_the_end']:.1f} after",
        ]
        if "engines" in report:
            network = f"{report['hidden_layers']} x {report['width']}"
            rounds = f"{len(report['engines'][OURS]['rounds'])} rounds"
            points = f"{report['points']:,} points in {report['batches']} batches"
            parts = [points, network, rounds, *parts]
        lines.append(f"- {name}: {'; '.join(parts)}")
    versions = {
        package: version
        for report in reports.values()
        for engine in report.get("engines", {}).values()
        for package, version in engine["versions"].items()
    }
    found = ", ".join(f"{package} {version}" for package, version in sorted(versions.items()))
    return "\n".join([*lines, f"- {found}"]) + "\n"


def main() -> None:
    """Print the table and the conditions of the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path, nargs="+", help="JSON of the benchmarks")
    reports = read(parser.parse_args().reports)
    print(table(reports))
    print(conditions(reports), end="")


if __name__ == "__main__":
    main()
