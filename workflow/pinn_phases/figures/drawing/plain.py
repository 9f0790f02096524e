"""Matplotlib with its default settings, independent of settings files and fonts of the machine.

A font of the machine is only used if it is requested by name.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

# The interactive backend that a notebook sets may not be installed here.
VARIABLES = ("MPLBACKEND", "MATPLOTLIBRC")


def import_matplotlib() -> None:
    """Import Matplotlib, unless it is imported already, with its default settings.

    On import, Matplotlib reads the first `matplotlibrc` that it finds, first in the working folder;
    a file that is not text is an error. So during the import the working folder is that of
    Matplotlib's own file.
    """
    found = find_spec("matplotlib")
    assert found is not None and found.origin is not None
    with _without(VARIABLES), _inside(Path(found.origin).parent / "mpl-data"):
        import_module("matplotlib")


def restore_defaults() -> None:
    """Reset all settings of this process, and use only the fonts of Matplotlib."""
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    mpl.rcdefaults()
    mpl.use("Agg")  # files only: no display is needed
    fontManager.ttflist = []
    for path in sorted(Path(mpl.get_data_path(), "fonts", "ttf").glob("*.ttf")):
        fontManager.addfont(path)


def add_installed(family: str) -> bool:
    """Add the machine's fonts of one family to Matplotlib; False if there are none."""
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
