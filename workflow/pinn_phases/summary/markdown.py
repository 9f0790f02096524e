"""A page of tables as Markdown, for a terminal, a note or a repository."""

from tabulate import tabulate

from pinn_phases.summary.page import Page, Table

ESCAPED = {"\\": "\\\\", "|": "\\|", "<": "&lt;", "*": "\\*", "_": "\\_", "\n": "<br>"}


def markdown(page: Page) -> str:
    """Return the page; what is markup in a text is shown as it stands, a line break is kept."""
    parts = [f"# {_text(page.title)}", *map(_text, page.text)]
    for table in page.tables:
        parts += [f"## {_text(table.title)}", _table(table)]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    rows = [[_text(cell) for cell in row] for row in table.rows]
    for number in table.marked:
        rows[number][0] = f"**{rows[number][0]}**"
    head = [_text(cell) for cell in table.head]
    table_text: str = tabulate(rows, head, tablefmt="github", disable_numparse=True)
    return table_text


def _text(words: str) -> str:
    return "".join(ESCAPED.get(letter, letter) for letter in words)
