"""A page of tables, and how it becomes HTML that needs no other file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources

from jinja2 import Environment, StrictUndefined

TEMPLATE = "page.html.jinja"


class Tone(StrEnum):
    """Colour of a row, from good to bad, and of one that says neither."""

    GOOD = "good"
    FAIR = "fair"
    MIXED = "mixed"
    POOR = "poor"
    BAD = "bad"
    NEITHER = "neither"


@dataclass(frozen=True)
class Link:
    """Where a part of a cell leads, on a page beside the results and in Snakemake's report."""

    beside: str
    in_report: str


@dataclass(frozen=True)
class Table:
    """Cells of text; a line break in a cell is kept.

    Attributes
    ----------
    title
        What stands above the table.
    head
        Names of the columns.
    rows
        As many cells each as there are columns; the first one names the row.
    marked
        Positions of the rows that stand out, from 0.
    tones
        Colour of each row, none if there are none.
    names
        By which links find the rows, none if there are none.
    links
        Where a part of a cell that is one of these words leads; "; " and line breaks divide it.
    stacked
        Whether cells of a row stand below each other where the page is narrow.

    Raises
    ------
    ValueError
        If a row has more or fewer cells than there are columns.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[int] = frozenset()
    tones: tuple[Tone, ...] = ()
    names: tuple[str, ...] = ()
    links: Mapping[str, Link] = field(default_factory=dict)
    stacked: bool = False

    @property
    def anchor(self) -> str:
        """Name by which links find the table."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    def __post_init__(self) -> None:
        """Check that the rows fit the columns, and what is said of each."""
        for said in (self.tones, self.names):
            if said and len(said) != len(self.rows):
                received = f"expected {len(self.rows)} of them, received {len(said)}"
                raise ValueError(f"{self.title}, tones or names of rows: {received}")
        for row in self.rows:
            if len(row) != len(self.head):
                received = f"expected {len(self.head)} cells, received {len(row)}"
                raise ValueError(f"{self.title}: {received}")


@dataclass(frozen=True)
class Page:
    """A title, paragraphs of text, and tables; with a list of these, if `contents`."""

    title: str
    text: tuple[str, ...]
    tables: tuple[Table, ...]
    contents: bool = False


def render(page: Page) -> str:
    """Return the page as HTML; what is markup in a text is shown as it stands."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template()).render(page=page)


def template() -> str:
    """Return the template of all pages."""
    return resources.files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
