"""Pages of tables, rendered as self-contained HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources

from jinja2 import Environment, StrictUndefined

TEMPLATE = "page.html.jinja"


class Tone(StrEnum):
    """Colour of a row, from good to bad, or neither."""

    GOOD = "good"
    FAIR = "fair"
    MIXED = "mixed"
    POOR = "poor"
    BAD = "bad"
    NEITHER = "neither"


@dataclass(frozen=True)
class Link:
    """Target of a link, for a page beside the results and for Snakemake's report."""

    beside: str
    in_report: str


@dataclass(frozen=True)
class Table:
    """Cells of text; line breaks in a cell are kept.

    Attributes
    ----------
    title
        Title of the table.
    head
        Names of the columns.
    rows
        One cell per column; the first names the row.
    marked
        Indices of the highlighted rows.
    tones
        Colour of each row, or empty.
    names
        Anchors of the rows, or empty.
    links
        Links for parts of cells with this text; parts are separated by "; " or line breaks.
    stacked
        Whether the cells of a row are stacked where the page is narrow.

    Raises
    ------
    ValueError
        If the number of cells, tones or names is wrong.
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
        """Anchor of the table."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    def __post_init__(self) -> None:
        """Check the numbers of cells, tones and names."""
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
    """A title, paragraphs of text, and tables; `contents` adds a list of the tables."""

    title: str
    text: tuple[str, ...]
    tables: tuple[Table, ...]
    contents: bool = False


def render(page: Page) -> str:
    """Return the page as HTML; markup in the texts is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template()).render(page=page)


def template() -> str:
    """Return the Jinja template of all pages."""
    return resources.files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
