"""Show where the running and finished trainings of a results folder are; Ctrl-C ends it."""

import argparse
import shutil
import sys
import time
from pathlib import Path

from pinn_phases.model import SettingsError
from pinn_phases.settings.file import default_config, read_config
from pinn_phases.settings.scales import load_scales

CLEAR = "\x1b[H\x1b[J"  # to the upper left corner, and erase from there on


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("folder", type=Path, nargs="?", default=Path("results"), metavar="FOLDER")
    words = "settings; config.yaml in this folder, or else that of the checkout"
    parser.add_argument("--config", type=Path, default=default_config(), help=words)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two looks")


def run(options: argparse.Namespace) -> None:
    """Print the table: once if it goes to a file or a pipe, else again and again."""
    if not options.every > 0:
        raise SettingsError(("--every",), options.every, "expected more than 0")
    if options.folder.exists() and not options.folder.is_dir():
        raise NotADirectoryError(0, "expected a folder of results", str(options.folder))
    scales = load_scales(read_config(options.config))
    phases = {name: settings.phases for name, settings in scales.items()}
    # Importing scipy takes a second: after the checks.
    from pinn_phases.results.watching import look, page

    if not sys.stdout.isatty():
        print(page(options.folder, look(options.folder, phases)))
        return
    try:
        while True:
            room, rows = shutil.get_terminal_size(), look(options.folder, phases)
            print(CLEAR + page(options.folder, rows, room), end="", flush=True)
            time.sleep(options.every)
    except KeyboardInterrupt:
        print()
