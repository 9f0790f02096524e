"""Inputs of figures. A figure is a module with a `REQUIREMENT` and a function `draw`."""

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
from pinn_phases.trained_with import parts

if TYPE_CHECKING:
    from pinn_phases.settings.config import Settings

KINDS = (
    "run",
    "phases",
    "fields",
    "information",
    "published",
    "terms",
)  # of files that figures are made from
NOT_DRAWN = ("snapshots/",)  # parameters and weights of every snapshot: large, and for `fields`


@dataclass(frozen=True)
class Requirement:
    """The files that a figure needs: one of each kind, problem, method and seed.

    Fields are only those of the first seed, which maps show.

    Attributes
    ----------
    problems
        Names of the problems that the figure shows.
    kinds
        Folders below results/{scale}.
    one_method
        Whether the figure shows only the method whose SNR determines the phases.
    published
        Pairs of problem and method whose published curves it shows with ours; no others, then.
    any_problem
        Whether one of the problems is enough; the figure shows the existing ones.
    optimisers
        Whether it compares optimisers, of which there have to be several.
    """

    problems: tuple[str, ...]
    kinds: tuple[str, ...]
    one_method: bool = False
    published: tuple[tuple[str, str], ...] = ()
    any_problem: bool = False
    optimisers: bool = False

    def is_met_by(self, settings: "Settings") -> bool:
        """Return whether the settings of a scale have what the figure shows."""
        if self.optimisers and len({parts(method)[1] for _, method in self.pairs(settings)}) < 2:
            return False
        if self.published or self.any_problem:
            return bool(self.pairs(settings))
        return set(self.problems) <= set(settings.problems)

    def pairs(self, settings: "Settings") -> list[tuple[str, str]]:
        """Pairs of problem and method in the settings that the figure shows."""
        only = (settings.figures.phases_of,) if self.one_method else None
        pairs = [
            (problem, method)
            for problem in self.problems
            if problem in settings.problems
            for method in only or settings.problems[problem].methods
        ]
        return [pair for pair in pairs if not self.published or pair in self.published]

    def files(self, settings: "Settings") -> Iterator[tuple[str, str, str, int]]:
        """Kind, problem, method and seed of each of our files, for the settings of a scale."""
        for problem, method in self.pairs(settings):
            for kind in self.kinds:
                for seed in settings.seeds[: 1 if kind == "fields" else None]:
                    yield kind, problem, method, seed


def figure_module(name: str) -> ModuleType:
    """Return the module of the figure `name`."""
    import_matplotlib()  # before the module does
    return import_module(f"{FIGURES}.{name}")


@cache  # a later import may find another checkout's, if both are modules of one workflow
def requirement(name: str) -> Requirement:
    """Return the requirement of the figure `name`."""
    needed = figure_module(name).REQUIREMENT
    assert isinstance(needed, Requirement)
    return needed


@dataclass(frozen=True)
class Material:
    """The stored files of a figure."""

    contents: tuple[Content, ...]

    @classmethod
    def load(cls, paths: Sequence[Path]) -> "Material":
        """Read the parts of the files that figures use.

        Raises
        ------
        StorageError
            If a file is invalid or of another kind.
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
        """Files of one kind, problem and method, in the order of the seeds."""
        found = [
            content
            for content in self.contents
            if content.kind == kind
            and content.attributes["settings"]["problem"] == problem
            and content.attributes["settings"]["method"] == method
        ]
        return sorted(found, key=lambda content: content.attributes["settings"]["seed"])

    def runs(self) -> list[Content]:
        """All runs, in the order of the files."""
        return [content for content in self.contents if content.kind == "run"]

    def methods(self) -> list[str]:
        """Names of the methods, in the order of the files."""
        return list(dict.fromkeys(c.attributes["settings"]["method"] for c in self.contents))

    @property
    def summary(self) -> str:
        """Scale, problems, methods and seeds, in one line."""
        settings = [content.attributes["settings"] for content in self.contents]
        parts = [
            f"{key}s {', '.join(sorted({str(s[key]) for s in settings}))}"
            for key in ("scale", "problem", "method", "seed")
        ]
        return "; ".join(parts)
