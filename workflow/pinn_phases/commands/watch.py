"""Show where the running and finished trainings of a results folder are; Ctrl-C ends it."""

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from pinn_phases.frozen import SettingsError
from pinn_phases.settings import load_scales

if TYPE_CHECKING:
    from pinn_phases.watching import Row

CLEAR = "\x1b[H\x1b[J"  # to the upper left corner, and erase from there on
LINES_BESIDE = 4  # of the terminal, beside the rows of trainings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("folder", type=Path, nargs="?", default=Path("results"), metavar="FOLDER")
    parser.add_argument("--config", type=Path, default=Path("config.yaml"), help="settings")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two looks")


def run(options: argparse.Namespace) -> None:
    """Print the table: once if it goes to a file or a pipe, else again and again."""
    if not options.every > 0:
        raise SettingsError(("--every",), options.every, "expected more than 0")
    if options.folder.exists() and not options.folder.is_dir():
        raise NotADirectoryError(0, "expected a folder of results", str(options.folder))
    try:
        config = yaml.safe_load(options.config.read_text())
    except yaml.YAMLError as error:
        raise SettingsError((str(options.config),), ..., f"expected YAML ({error})") from None
    phases = {name: settings.phases for name, settings in load_scales(config).items()}
    # Importing scipy and ruptures takes a second: after the checks.
    from pinn_phases.watching import count, look, table

    if not sys.stdout.isatty():
        rows = look(options.folder, phases)
        print(f"{table(rows)}\n\n{options.folder}: {count(rows)}")
        return
    try:
        while True:
            rows = look(options.folder, phases)
            print(CLEAR + _screen(options.folder, rows), end="", flush=True)
            time.sleep(options.every)
    except KeyboardInterrupt:
        print()


def _screen(folder: Path, rows: "Sequence[Row]") -> str:
    """Lay out what the terminal has room for."""
    from pinn_phases.watching import count, fitted, table

    size = shutil.get_terminal_size()
    shown = fitted(rows, size.lines - LINES_BESIDE)
    left_out = f", {len(rows) - len(shown)} not shown" if len(shown) < len(rows) else ""
    lines = [*table(shown).splitlines(), "", f"{folder}: {count(rows)}{left_out}"]
    lines.append(f"{time.strftime('%H:%M:%S')}, Ctrl-C ends")
    return "\n".join(line[: size.columns] for line in lines)
