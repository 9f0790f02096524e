"""Page of the trainings: where each ended, and what it took."""

from collections.abc import Sequence
from datetime import timedelta

from pinn_phases.methods.base import Method
from pinn_phases.plugins import METHODS, PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.storage import Content
from pinn_phases.summary.page import Page, Table

HEAD = (
    *("benchmark", "method", "seed", "iterations", "final relative L2"),
    *("device", "threads", "time, h:min:s", "peak memory, MB", "resumed"),
)
TEXT = (
    "Every training of this scale. The error is that of the last iteration, relative L2 "
    "(Eq. 7), dimensionless, against the reference solution.",
    "A training that was resumed from its checkpoint tells time and memory of its last part alone.",
)


def trainings_page(runs: Sequence[Content]) -> Page:
    """List the runs, in the order given.

    Parameters
    ----------
    runs
        Stored runs, of which the history is needed and not the snapshots.
    """
    table = Table("Trainings", HEAD, tuple(_row(content) for content in runs))
    return Page("Trainings", TEXT, (table,))


def _row(content: Content) -> tuple[str, ...]:
    settings, execution = (content.attributes[key] for key in ("settings", "execution"))
    resumed = execution["resumed_after"]
    return (
        plugin_class(PROBLEMS, settings["problem"], Problem).title,
        plugin_class(METHODS, settings["method"], Method).title,
        str(settings["seed"]),
        f"{content.arrays['history/iteration'][-1]:,}",
        f"{content.arrays['history/relative_l2'][-1]:#.3g}",
        execution["device"],
        str(execution["threads"]),
        str(timedelta(seconds=round(execution["wall_seconds"]))),
        f"{execution['peak_memory_mb']:,.0f}",
        f"after iteration {resumed:,}" if resumed else "no",
    )
