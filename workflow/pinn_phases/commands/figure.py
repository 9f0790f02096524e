"""Draw a figure from result files, as PDF and PNG."""

import argparse
import logging
from pathlib import Path

from pinn_phases.figures.base import Material, figure_module, requirement
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.plugins import FIGURES, METHODS, OPTIMISERS, modules, names
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.strict_model import validated_json

log = logging.getLogger(__name__)


def code(name: str) -> str:
    """Digest of the code of a figure."""
    problems = (f"problems.{problem}" for problem in requirement(name).problems)
    plugins = (f"figures.{name}", *problems, *modules(METHODS, OPTIMISERS))
    return code_digest("commands.figure", "figures.drawing.style", *plugins)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("name", choices=names(FIGURES), metavar="FIGURE")
    parser.add_argument("--settings", required=True, help="settings of the figures, JSON")
    files = "result files, HDF5; none for figures that compute their data"
    parser.add_argument("--inputs", type=Path, nargs="*", required=True, help=files)
    parser.add_argument("--pdf", type=Path, required=True)
    parser.add_argument("--png", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Draw the figure and write it."""
    settings = validated_json(FigureSettings, options.settings)
    material = Material.load(options.inputs)
    # Import matplotlib and seaborn, which take seconds, after the checks.
    module = figure_module(options.name)
    from pinn_phases.figures.drawing import style
    from pinn_phases.figures.drawing.listing import heading

    font = style.set_style(settings.font)
    if settings.font not in (None, font):
        log.warning("figures.font: %s is not installed; using %s", settings.font, font)
    figure = module.draw(material, settings)
    number, subject = heading(options.name)
    created_by = provenance(code(options.name))
    metadata = {
        "figure": f"Figure {number}: {subject}",
        "made from": material.summary if options.inputs else "no files",
        "font": font,
        "commit": created_by["git_commit"],
        "code": created_by["code"],
    }
    metadata = {name: value for name, value in metadata.items() if value is not None}
    style.save(figure, options.pdf, options.png, metadata)
