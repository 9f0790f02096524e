"""Show the progress of all trainings in a results folder; Ctrl-C exits."""

import argparse
import time
from contextlib import suppress
from pathlib import Path

from pinn_phases.model import SettingsError
from pinn_phases.settings.file import default_config, read_config
from pinn_phases.settings.scales import load_scales


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("folder", type=Path, nargs="?", default=Path("results"), metavar="FOLDER")
    words = "settings; default: config.yaml in this folder, else that of the checkout"
    parser.add_argument("--config", type=Path, default=default_config(), help=words)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between updates")


def run(options: argparse.Namespace) -> None:
    """Print the table: once to a file or a pipe, repeatedly to a terminal."""
    if not options.every > 0:
        raise SettingsError(("--every",), options.every, "expected more than 0")
    if options.folder.exists() and not options.folder.is_dir():
        raise NotADirectoryError(0, "expected a folder of results", str(options.folder))
    scales = load_scales(read_config(options.config))
    phases = {name: settings.phases for name, settings in scales.items()}
    # Import scipy, which takes a second, after the checks.
    from rich.console import Console
    from rich.live import Live

    from pinn_phases.results.watching import look, page

    console = Console()
    if not console.is_terminal:
        console.print(page(options.folder, look(options.folder, phases)), soft_wrap=True)
        return
    live = Live(console=console, screen=True, auto_refresh=False)
    with suppress(KeyboardInterrupt), live:
        while True:
            rows = look(options.folder, phases)
            live.update(page(options.folder, rows, console.height), refresh=True)
            time.sleep(options.every)
    console.print(live.get_renderable())  # what was shown last stays
