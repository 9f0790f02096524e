"""A page of tables as Markdown, for a terminal, a note or a repository."""

from collections.abc import Iterator, Sequence

from pinn_phases.summary.page import Page, Table

ESCAPED = {"\\": "\\\\", "|": "\\|", "<": "&lt;", "*": "\\*", "_": "\\_", "\n": "<br>"}


def markdown(page: Page) -> str:
    """Return the page; what is markup in a text is shown as it stands, a line break is kept."""
    parts = [f"# {_text(page.title)}", *map(_text, page.text)]
    for table in page.tables:
        parts += [f"## {_text(table.title)}", "\n".join(_lines(table))]
    return "\n\n".join(parts) + "\n"


def _lines(table: Table) -> Iterator[str]:
    yield _line(table.head)
    yield f"|{'---|' * len(table.head)}"
    for number, row in enumerate(table.rows):
        first, *rest = map(_text, row)
        yield _joined([f"**{first}**" if number in table.marked else first, *rest])


def _line(cells: Sequence[str]) -> str:
    return _joined([_text(cell) for cell in cells])


def _joined(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(words: str) -> str:
    return "".join(ESCAPED.get(letter, letter) for letter in words)
