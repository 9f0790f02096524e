"""Show the progress of all trainings in a results folder; Ctrl-C exits."""

import argparse
import time
from contextlib import suppress
from pathlib import Path

from pinn_phases.settings.file import default_config, read_config
from pinn_phases.settings.scales import load_scales
from pinn_phases.strict_model import SettingsError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("folder", type=Path, nargs="?", default=Path("results"), metavar="FOLDER")
    config = "settings; default: config.yaml in this folder, or else the one of the checkout"
    parser.add_argument("--config", type=Path, default=default_config(), help=config)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between updates")


def run(options: argparse.Namespace) -> None:
    """Print the table, repeatedly to a terminal, but once to a file or pipe."""
    if not options.every > 0:
        raise SettingsError(("--every",), options.every, "expected more than 0")
    if options.folder.exists() and not options.folder.is_dir():
        raise NotADirectoryError(0, "expected a folder of results", str(options.folder))
    scales = load_scales(read_config(options.config))
    phases = {name: settings.phases for name, settings in scales.items()}
    # Import scipy, which takes a second, after the checks.
    from rich.console import Console
    from rich.live import Live

    from pinn_phases.summary.watching import page, read_rows

    console = Console()
    if not console.is_terminal:
        rows = read_rows(options.folder, phases)
        console.print(page(options.folder, rows), soft_wrap=True)
        return
    live = Live(console=console, screen=True, auto_refresh=False)
    with suppress(KeyboardInterrupt), live:
        while True:
            rows = read_rows(options.folder, phases)
            live.update(page(options.folder, rows, console.height), refresh=True)
            time.sleep(options.every)
    console.print(live.get_renderable())  # the last page stays visible
