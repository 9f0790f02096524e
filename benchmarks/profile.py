"""Profile an iteration on one thread.

    python -m benchmarks.profile --problem allen_cahn --scale paper

Prints a Markdown table: matrix products, compiled elementwise operations, and all else, including
the interpreter. Profiling itself takes a few per cent.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable

import torch
from tabulate import tabulate
from torch.profiler import ProfilerActivity, profile

from benchmarks.compare import WARM_UP
from benchmarks.engines.ours import Ours
from benchmarks.sizes import add_arguments, chosen, resized
from benchmarks.training_task import make_task

PRODUCTS = {"aten::mm", "aten::addmm", "aten::bmm", "aten::baddbmm"}
COMPILED = "graph_"  # prefix of the names of compiled functions
ITERATIONS = 3
MICROSECONDS = 1e3  # in a millisecond


def kind(name: str) -> str:
    """Return the row of the table that an operation belongs to."""
    if name in PRODUCTS:
        return "matrix products"
    return "compiled elementwise operations" if name.startswith(COMPILED) else "all else"


def table(times: Iterable[tuple[str, float]]) -> str:
    """Add up the microseconds of named operations in a Markdown table, for one iteration."""
    sums: defaultdict[str, float] = defaultdict(float)
    for name, microseconds in times:
        sums[kind(name)] += microseconds / MICROSECONDS / ITERATIONS
    total = sum(sums.values())
    rows = [(row, f"{ms:.0f}", f"{ms / total:.0%}") for row, ms in sums.items()]
    rows.append(("in all", f"{total:.0f}", ""))
    align = ("left", "right", "right")
    return tabulate(
        rows, ("what", "ms", "share"), tablefmt="pipe", disable_numparse=True, colalign=align
    )


def main() -> None:
    """Profile and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    from torch._inductor import config  # takes a second, also in the tests of other functions

    config.cpp.enable_kernel_profile = True
    engine = Ours(make_task(resized(chosen(options))))
    engine.seconds(WARM_UP)
    with profile(activities=[ProfilerActivity.CPU]) as measured:
        engine.seconds(ITERATIONS)
    print(table((event.key, event.self_cpu_time_total) for event in measured.key_averages()))


if __name__ == "__main__":
    main()
