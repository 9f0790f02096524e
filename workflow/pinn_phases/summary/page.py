"""A page of tables, and how it becomes HTML that needs no other file."""

from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, StrictUndefined

TEMPLATE = "page.html.jinja"


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

    Raises
    ------
    ValueError
        If a row has more or fewer cells than there are columns.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Check that the rows fit the columns."""
        for row in self.rows:
            if len(row) != len(self.head):
                received = f"expected {len(self.head)} cells, received {len(row)}"
                raise ValueError(f"{self.title}: {received}")


@dataclass(frozen=True)
class Page:
    """A title, paragraphs of text, and tables."""

    title: str
    text: tuple[str, ...]
    tables: tuple[Table, ...]


def render(page: Page) -> str:
    """Return the page as HTML; what is markup in a text is shown as it stands."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template()).render(page=page)


def template() -> str:
    """Return the template of all pages."""
    return resources.files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
