"""Input files of figures. A figure is a module with a `REQUIREMENT` and a function `draw`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from pinn_phases.figures.drawing.plain import import_matplotlib
from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.plugins import FIGURES
from pinn_phases.settings.method_names import split_name

if TYPE_CHECKING:
    from pinn_phases.settings.config import Settings

# Kinds of files that figures can read.
KINDS = ("run", "phases", "fields", "information", "published", "terms")
# Parameters and weights of every snapshot: large, and only needed to compute the `fields` files.
NOT_DRAWN = ("snapshots/",)


@dataclass(frozen=True)
class Requirement:
    """The files that a figure needs: one for each kind, problem, method and seed.

    Files of fields are only needed for the first seed, the one that maps show.

    Attributes
    ----------
    problems
        Names of the problems that the figure shows.
    kinds
        Kinds of files, as the names of their folders in results/{scale}.
    one_method
        Whether the figure shows only the method whose SNR determines the phases.
    published
        Pairs of problem and method whose published curves the figure compares with ours. Unless
        it is empty, the figure shows only these pairs.
    any_problem
        Whether one of the problems is enough. The figure then shows those that the scale has.
    optimisers
        Whether the figure compares optimisers. The scale then needs at least two.
    """

    problems: tuple[str, ...]
    kinds: tuple[str, ...]
    one_method: bool = False
    published: tuple[tuple[str, str], ...] = ()
    any_problem: bool = False
    optimisers: bool = False

    def is_met_by(self, settings: "Settings") -> bool:
        """Return whether a scale has the problems and optimisers that the figure needs."""
        optimisers = {split_name(method)[1] for _, method in self.pairs(settings)}
        if self.optimisers and len(optimisers) < 2:
            return False
        if self.published or self.any_problem:
            return bool(self.pairs(settings))
        return set(self.problems) <= set(settings.problems)

    def pairs(self, settings: "Settings") -> list[tuple[str, str]]:
        """Return the pairs of problem and method that the figure shows at a scale."""
        single = (settings.figures.phases_of,) if self.one_method else None
        pairs = [
            (problem, method)
            for problem in self.problems
            if problem in settings.problems
            for method in single or settings.problems[problem].methods
        ]
        return [pair for pair in pairs if not self.published or pair in self.published]

    def files(self, settings: "Settings") -> Iterator[tuple[str, str, str, int]]:
        """Yield kind, problem, method and seed of each file, without the published curves."""
        for problem, method in self.pairs(settings):
            for kind in self.kinds:
                for seed in settings.seeds[: 1 if kind == "fields" else None]:
                    yield kind, problem, method, seed


def figure_module(name: str) -> ModuleType:
    """Return the module of the figure `name`."""
    import_matplotlib()  # must come before the module's own import of Matplotlib
    return import_module(f"{FIGURES}.{name}")


@cache  # if one workflow includes two checkouts, a later import may find the other one's module
def requirement(name: str) -> Requirement:
    """Return the requirement of the figure `name`."""
    result = getattr(figure_module(name), "REQUIREMENT", None)
    if not isinstance(result, Requirement):
        raise TypeError(f"{FIGURES}.{name}: expected REQUIREMENT = Requirement(...)")
    return result


@dataclass(frozen=True)
class Material:
    """Contents of the files from which a figure is drawn."""

    contents: tuple[Content, ...]

    @classmethod
    def load(cls, paths: Sequence[Path]) -> "Material":
        """Read the files, without the arrays that no figure shows.

        Raises
        ------
        StorageError
            If a file is invalid, or of a kind that figures cannot read.
        """
        contents = []
        for path in paths:
            content = storage.read(path, leave_out=NOT_DRAWN)
            if content.kind not in KINDS:
                expected = f"expected one of {', '.join(KINDS)}"
                raise StorageError(f"{path}: {expected}, found a {content.kind} file")
            contents.append(content)
        return cls(tuple(contents))

    def of(self, kind: str, problem: str, method: str) -> list[Content]:
        """Return the files of one kind, problem and method, sorted by seed."""
        matching = [
            content
            for content in self.contents
            if content.kind == kind
            and content.attributes["settings"]["problem"] == problem
            and content.attributes["settings"]["method"] == method
        ]
        return sorted(matching, key=lambda content: content.attributes["settings"]["seed"])

    def runs(self) -> list[Content]:
        """Return all runs, in the order of the files."""
        return [content for content in self.contents if content.kind == "run"]

    def methods(self) -> list[str]:
        """Return the names of the methods, in the order of the files."""
        return list(dict.fromkeys(c.attributes["settings"]["method"] for c in self.contents))

    @property
    def summary(self) -> str:
        """One line with scale, problems, methods and seeds."""
        settings = [content.attributes["settings"] for content in self.contents]
        parts = [
            f"{key}s {', '.join(sorted({str(s[key]) for s in settings}))}"
            for key in ("scale", "problem", "method", "seed")
        ]
        return "; ".join(parts)
