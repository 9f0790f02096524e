"""Page of the trainings: final errors, times and memory."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pinn_phases.files.reached import is_unfinished, length_in_words
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title
from pinn_phases.summary.page import Page, Table

NOT_KNOWN = "not known"
HEAD = (
    *("benchmark", "method", "seed", "iterations", "final relative L2"),
    *("device", "threads", "time, h:min:s", "peak memory, MB", "resumed", "code or device changed"),
)
TEXT = (
    "All trainings of this scale. The error is the relative L2 error (Eq. 7) at the last "
    "iteration against the reference solution, dimensionless. For an unfinished training it is "
    "the error at the last recorded iteration.",
    "The last column lists the iterations after which a training continued with other code, other "
    "libraries or another device; python -m pinn_phases info FILE shows which. If a training was "
    "resumed from its checkpoint, time and memory are those of the part since then.",
)


def trainings_page(runs: Sequence[Content]) -> Page:
    """List the runs, in the order given.

    Parameters
    ----------
    runs
        Stored runs; only their history is needed.
    """
    table = Table("Trainings", HEAD, tuple(_row(content) for content in runs))
    return Page("Trainings", TEXT, (table,))


def _row(content: Content) -> tuple[str, ...]:
    settings, execution = (content.attributes[key] for key in ("settings", "execution"))
    seconds, memory = execution["wall_seconds"], execution["peak_memory_mb"]
    resumed = execution["resumed_after"]
    last = f"{content.arrays['history/iteration'][-1]:,}"
    length = length_in_words([content.attributes]) if is_unfinished(content.attributes) else last
    return (
        plugin_class(PROBLEMS, settings["problem"], Problem).title,
        method_title(settings["method"]),
        str(settings["seed"]),
        length,
        f"{content.arrays['history/relative_l2'][-1]:#.3g}",
        execution["device"] or NOT_KNOWN,
        NOT_KNOWN if execution["threads"] is None else str(execution["threads"]),
        NOT_KNOWN if seconds is None else str(timedelta(seconds=round(seconds))),
        NOT_KNOWN if memory is None else f"{memory:,.0f}",
        NOT_KNOWN if resumed is None else f"after iteration {resumed:,}" if resumed else "no",
        _changes(content.attributes.get("stretches", ())),
    )


def _changes(stretches: Sequence[Mapping[str, Any]]) -> str:
    """List the iterations after which other code or another device continued the training."""
    ends = [f"after {stretch['last']:,}" for stretch in stretches[:-1]]
    return ", ".join(ends) or "no"
