"""Table of phases found in runs and published curves, and of boundaries drawn by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from pinn_phases.analysis.boundaries import PHASES
from pinn_phases.analysis.landmarks import LANDMARKS
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.summary.page import Page, Table
from pinn_phases.trained_with import method_title

TITLE = "Phases found, and drawn by hand"
NONE, NOT_FOUND = "–", "not found"
TEXT = (
    "Iterations at which phases start, with the confidence of the search; in brackets the boundary "
    "drawn by hand, and the ratio of found to drawn.",
    "The column on other rises has the rejected rise with the highest confidence, and then height, "
    "with the reason. The last columns are the iterations after the start of diffusion at which "
    "the error falls most steeply, the rms of the residuals falls most steeply, and the norm of "
    "the weights grows most. The search does not use them.",
)


def boundaries_page(contents: Sequence[Content]) -> Page:
    """List phases files and published curves, in the order given."""
    starts = tuple(name.replace("_", " ") for name in PHASES)
    head = ("curve", *starts, "largest other rise", *LANDMARKS.values())
    return Page(TITLE, TEXT, (Table("All curves", head, tuple(map(_row, contents))),))


def _row(content: Content) -> tuple[str, ...]:
    stored = content.attributes
    found, drawn = stored.get("found", stored), stored.get("drawn", {})
    landmarks = stored.get("landmarks", {})
    return (
        _subject(stored["settings"]),
        *(_boundary(found.get(name), drawn.get(name)) for name in PHASES),
        _other(found.get("candidates", ())),
        *(_whole(landmarks.get(name)) for name in LANDMARKS),
    )


def _subject(settings: Mapping[str, Any]) -> str:
    problem = plugin_class(PROBLEMS, settings["problem"], Problem).title
    method = method_title(settings["method"])
    return f"{problem}, {method}, {settings['scale']}, seed {settings['seed']}"


def _boundary(found: Mapping[str, float] | None, drawn: float | None) -> str:
    said = (
        NOT_FOUND if found is None else f"{_whole(found['iteration'])}, {found['confidence']:.2f}"
    )
    if drawn is None:
        return said
    ratio = "" if found is None else f": {found['iteration'] / drawn:.2f}"
    return f"{said} ({_whole(drawn)}{ratio})"


def _other(candidates: Sequence[Mapping[str, Any]]) -> str:
    if not candidates:
        return NONE
    best = max(candidates, key=lambda one: (one["confidence"], one["rise"]))
    return f"{_whole(best['iteration'])}, +{best['rise']:.1f} decades: {best['reason']}"


def _whole(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"
