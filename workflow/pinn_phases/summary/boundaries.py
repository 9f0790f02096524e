"""Page of the phases: found by the search, and drawn by hand by the authors."""

from collections.abc import Mapping, Sequence
from typing import Any

from pinn_phases.analysis.phases.landmarks import LANDMARKS
from pinn_phases.analysis.phases.names import PHASES
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title
from pinn_phases.summary.page import Page, Table

TITLE = "Phases found by the search and drawn by hand"
NONE, NOT_FOUND = "–", "not found"
TEXT = (
    "Each phase is shown by the iteration at which it starts and the confidence of the search. "
    "Brackets contain the iteration that the authors drew by hand, and the ratio of found to "
    "drawn.",
    "'Best rejected rise' is the rise with the highest confidence (if equal, the highest one) that "
    "the search did not accept, with the reason. The last columns are the iterations after the "
    "start of diffusion at which the error falls most steeply, the rms of the residuals falls most "
    "steeply, and the norm of the weights grows most steeply. The search does not use them.",
)


def boundaries_page(contents: Sequence[Content]) -> Page:
    """List the phases of phases files and published curves, in the order given."""
    starts = tuple(name.replace("_", " ") for name in PHASES)
    head = ("curve", *starts, "best rejected rise", *LANDMARKS.values())
    return Page(TITLE, TEXT, (Table("All curves", head, tuple(map(_row, contents))),))


def _row(content: Content) -> tuple[str, ...]:
    stored = content.attributes
    found, drawn = stored.get("found", stored), stored.get("drawn", {})
    landmarks = stored.get("landmarks", {})
    return (
        _title(stored["settings"]),
        *(_boundary(found.get(name), drawn.get(name)) for name in PHASES),
        _best_rejected(found.get("candidates", ())),
        *(_whole(landmarks.get(name)) for name in LANDMARKS),
    )


def _title(settings: Mapping[str, Any]) -> str:
    problem = plugin_class(PROBLEMS, settings["problem"], Problem).title
    method = method_title(settings["method"])
    return f"{problem}, {method}, {settings['scale']}, seed {settings['seed']}"


def _boundary(found: Mapping[str, float] | None, drawn: float | None) -> str:
    start = (
        NOT_FOUND if found is None else f"{_whole(found['iteration'])}, {found['confidence']:.2f}"
    )
    if drawn is None:
        return start
    ratio = "" if found is None else f": {found['iteration'] / drawn:.2f}"
    return f"{start} ({_whole(drawn)}{ratio})"


def _best_rejected(candidates: Sequence[Mapping[str, Any]]) -> str:
    if not candidates:
        return NONE
    best = max(candidates, key=lambda rise: (rise["confidence"], rise["rise"]))
    return f"{_whole(best['iteration'])}, +{best['rise']:.1f} decades: {best['reason']}"


def _whole(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"
