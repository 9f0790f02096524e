"""Pages of tables, rendered as self-contained HTML."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources

from jinja2 import Environment, StrictUndefined

from pinn_phases.files.digest import code_digest

TEMPLATE = "page.html.jinja"


class Tone(StrEnum):
    """Colour of a row: from good to bad, or neutral (neither)."""

    GOOD = "good"
    FAIR = "fair"
    MIXED = "mixed"
    POOR = "poor"
    BAD = "bad"
    NEITHER = "neither"


@dataclass(frozen=True)
class Link:
    """Target of a link, as a relative path.

    Attributes
    ----------
    in_results
        Target for a page in the results folder.
    in_report
        Target for a page in Snakemake's report, which has another layout of folders.
    """

    in_results: str
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
        One cell per column; the first cell is the header of the row.
    marked
        Indices of the highlighted rows.
    tones
        Colour of each row, or empty.
    names
        Anchor of each row, or empty.
    links
        Text -> link. It applies to each part of a cell that equals the text; parts are separated
        by "; " or line breaks.
    stacked
        Whether the cells of a row are stacked on a narrow screen.

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
        """Anchor of the table, from its title."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    def __post_init__(self) -> None:
        """Check the numbers of cells, tones and names."""
        for name, values in (("tones", self.tones), ("names", self.names)):
            if values and len(values) != len(self.rows):
                raise ValueError(
                    f"{self.title}: expected {len(self.rows)} {name}, one per row, "
                    f"received {len(values)}"
                )
        for row in self.rows:
            if len(row) != len(self.head):
                raise ValueError(
                    f"{self.title}: expected {len(self.head)} cells, received {len(row)}"
                )


@dataclass(frozen=True)
class Page:
    """A title, paragraphs of text, and tables; `contents` adds a table of contents."""

    title: str
    text: tuple[str, ...]
    tables: tuple[Table, ...]
    contents: bool = False


def render(page: Page) -> str:
    """Return the page as HTML; markup in texts is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template()).render(page=page)


def digest_with_template(*modules: str) -> str:
    """Digest of modules, as of `code_digest`, and of the template of all pages."""
    return hashlib.sha256(f"{code_digest(*modules)}{template()}".encode()).hexdigest()


def template() -> str:
    """Return the Jinja template of all pages."""
    return resources.files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
