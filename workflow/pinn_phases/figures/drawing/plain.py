"""Matplotlib with default settings, independent of the machine's settings files and fonts.

An installed font is only used if it is requested by name.
"""

import os
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

# Environment variables to ignore. A notebook may set an interactive backend that is not installed.
VARIABLES = ("MPLBACKEND", "MATPLOTLIBRC")


def import_matplotlib() -> None:
    """Import Matplotlib with its default settings, unless it is already imported.

    On import, Matplotlib reads the first `matplotlibrc` that it finds. It looks in the working
    folder first, and fails if the file is not text. So the working folder is changed to that of
    Matplotlib's own file during the import.
    """
    spec = find_spec("matplotlib")
    assert spec is not None and spec.origin is not None
    with _without(VARIABLES), chdir(Path(spec.origin).parent / "mpl-data"):
        import_module("matplotlib")


def restore_defaults() -> None:
    """Reset all settings of Matplotlib, and use only the fonts that come with it."""
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    mpl.rcdefaults()
    mpl.use("Agg")  # files only: no display is needed
    fontManager.ttflist = []
    for path in sorted(Path(mpl.get_data_path(), "fonts", "ttf").glob("*.ttf")):
        fontManager.addfont(path)


def add_installed(family: str) -> bool:
    """Add the installed fonts of one family to Matplotlib; return whether there are any."""
    from matplotlib.font_manager import findSystemFonts, fontManager, get_font

    found = False
    for path in sorted(findSystemFonts()):
        try:
            matches = get_font(path).family_name == family
        except (OSError, RuntimeError):  # not a valid font file
            continue
        if matches:
            fontManager.addfont(path)
            found = True
    return found


@contextmanager
def _without(variables: tuple[str, ...]) -> Iterator[None]:
    """Remove environment variables temporarily."""
    removed = {name: os.environ.pop(name) for name in variables if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(removed)
