"""Render a page of tables as Markdown, for a terminal, a note or a repository."""

from tabulate import tabulate

from pinn_phases.summary.page import Page, Table

ESCAPED = {"\\": "\\\\", "|": "\\|", "<": "&lt;", "*": "\\*", "_": "\\_", "\n": "<br>"}


def markdown(page: Page) -> str:
    """Return the page as Markdown; markup in texts is escaped, and line breaks become <br>."""
    parts = [f"# {_text(page.title)}", *map(_text, page.text)]
    for table in page.tables:
        parts += [f"## {_text(table.title)}", _table(table)]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    rows = [[_text(cell) for cell in row] for row in table.rows]
    for index in table.marked:
        rows[index][0] = f"**{rows[index][0]}**"
    head = [_text(cell) for cell in table.head]
    formatted: str = tabulate(rows, head, tablefmt="github", disable_numparse=True)
    return formatted


def _text(text: str) -> str:
    return "".join(ESCAPED.get(character, character) for character in text)
