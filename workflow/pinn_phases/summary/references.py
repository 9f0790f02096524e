"""Page of the reference solutions: solver, resolution, and error estimate."""

from collections.abc import Mapping, Sequence

from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.summary.page import Page, Table

HEAD = ("benchmark", "solver", "grid", "resolution", "compared field", "error estimate")
TEXT = (
    "The solutions that the trainings are compared with. The error estimate is the relative L2 "
    "error (dimensionless) that the solver measures against a higher resolution or a closed form.",
)


def references_page(references: Sequence[Content]) -> Page:
    """List the reference solutions, in the order given.

    Parameters
    ----------
    references
        Stored references; only their axes are needed.
    """
    table = Table("Reference solutions", HEAD, tuple(_row(content) for content in references))
    return Page("Reference solutions", TEXT, (table,))


def _row(content: Content) -> tuple[str, ...]:
    stored = content.attributes
    problem = plugin_class(PROBLEMS, stored["settings"]["problem"], Problem)
    grid = {name: len(content.arrays[f"axes/{name}"]) for name in problem.coordinates}
    errors = {
        name.replace("_", " ").replace(" l2", " L2"): f"{value:.1e}"
        for name, value in stored["error_estimate"].items()
    }
    return (
        problem.title,
        stored["solver"],
        _lines(grid),
        _lines(stored["resolution"]) or "exact",
        problem.observable,
        _lines(errors) or "none",
    )


def _lines(values: Mapping[str, object]) -> str:
    """Format a line for each value."""
    return "\n".join(f"{name}:\N{NO-BREAK SPACE}{value}" for name, value in values.items())
