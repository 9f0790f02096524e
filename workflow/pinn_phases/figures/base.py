"""What a figure needs and gets. A figure is a file with a `REQUIREMENT` and a `draw` function."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from pinn_phases.figures.drawing.plain import import_matplotlib
from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.plugins import FIGURES

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
    """The files that a figure is made from: of every kind, problem, method and seed.

    Fields are those of the first seed alone, of which maps are shown.

    Attributes
    ----------
    problems
        Names of the problems that the figure shows.
    kinds
        Folders below results/{scale}.
    one_method
        Whether the figure shows only the method whose SNR marks the phases.
    published
        Problems with methods whose published curves it shows beside ours; no others, then.
    any_problem
        Whether one of the problems is enough, and the figure shows those that there are.
    """

    problems: tuple[str, ...]
    kinds: tuple[str, ...]
    one_method: bool = False
    published: tuple[tuple[str, str], ...] = ()
    any_problem: bool = False

    def is_met_by(self, settings: "Settings") -> bool:
        """Whether the settings of a scale have what the figure shows."""
        if self.published or self.any_problem:
            return bool(self.pairs(settings))
        return set(self.problems) <= set(settings.problems)

    def pairs(self, settings: "Settings") -> list[tuple[str, str]]:
        """Problems with the methods that it shows, of those that the settings have."""
        only = (settings.figures.phases_of,) if self.one_method else None
        pairs = [
            (problem, method)
            for problem in self.problems
            if problem in settings.problems
            for method in only or settings.problems[problem].methods
        ]
        return [pair for pair in pairs if not self.published or pair in self.published]

    def files(self, settings: "Settings") -> Iterator[tuple[str, str, str, int]]:
        """Kind, problem, method and seed of each file of ours, for the settings of one scale."""
        for problem, method in self.pairs(settings):
            for kind in self.kinds:
                for seed in settings.seeds[: 1 if kind == "fields" else None]:
                    yield kind, problem, method, seed


def figure_module(name: str) -> ModuleType:
    """Return the module of the figure `name`."""
    import_matplotlib()  # before the module does
    return import_module(f"{FIGURES}.{name}")


def requirement(name: str) -> Requirement:
    """Return what the figure `name` is made from."""
    needed = figure_module(name).REQUIREMENT
    assert isinstance(needed, Requirement)
    return needed


@dataclass(frozen=True)
class Material:
    """The stored files of a figure."""

    contents: tuple[Content, ...]

    @classmethod
    def load(cls, paths: Sequence[Path]) -> "Material":
        """Read what figures use of the files.

        Raises
        ------
        StorageError
            If a file cannot be used, or is none that figures are made from.
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
        """Names of the methods, in the order in which the files name them."""
        return list(dict.fromkeys(c.attributes["settings"]["method"] for c in self.contents))

    @property
    def summary(self) -> str:
        """Scale, problems, methods and seeds, in a line."""
        settings = [content.attributes["settings"] for content in self.contents]
        parts = [
            f"{key}s {', '.join(sorted({str(s[key]) for s in settings}))}"
            for key in ("scale", "problem", "method", "seed")
        ]
        return "; ".join(parts)
