"""Matplotlib as it is shipped: neither its settings files nor fonts of a machine change a figure.

A font of the machine is used where it is asked for by name, and no other.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

# An interactive backend, as a notebook sets it, may not be there for who imports matplotlib.
VARIABLES = ("MPLBACKEND", "MATPLOTLIBRC")


def import_matplotlib() -> None:
    """Import matplotlib, unless it is there already, with the settings that it comes with.

    Matplotlib reads its settings when it is imported, from the first `matplotlibrc` that it finds;
    the working folder comes first, and one that is no text is an error. So the working folder is,
    for as long as that takes, the one of matplotlib's own file.
    """
    found = find_spec("matplotlib")
    assert found is not None and found.origin is not None
    with _without(VARIABLES), _inside(Path(found.origin).parent / "mpl-data"):
        import_module("matplotlib")


def restore_defaults() -> None:
    """Undo all that was set in this process, and know no fonts but those that come along."""
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    mpl.rcdefaults()
    mpl.use("Agg")  # files only: no display is needed
    fontManager.ttflist = []
    for path in sorted(Path(mpl.get_data_path(), "fonts", "ttf").glob("*.ttf")):
        fontManager.addfont(path)


def add_installed(family: str) -> bool:
    """Let matplotlib know the fonts of one family that the machine has; False if there are none."""
    from matplotlib.font_manager import findSystemFonts, fontManager, get_font

    found = False
    for path in sorted(findSystemFonts()):
        try:
            named = get_font(path).family_name == family
        except (OSError, RuntimeError):  # a file that is no font
            continue
        if named:
            fontManager.addfont(path)
            found = True
    return found


@contextmanager
def _without(variables: tuple[str, ...]) -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in variables if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
