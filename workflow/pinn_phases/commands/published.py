"""Convert curves published by the paper's authors to a result file, and find their phases."""

import argparse
import dataclasses
import logging
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.files.published import (
    BOUNDARIES,
    SCALE,
    SOURCE,
    read_curves,
    read_training,
)
from pinn_phases.files.storage import Content
from pinn_phases.settings.analysis import PhaseSettings
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import StrictModel, validated_json

log = logging.getLogger(__name__)


class PublishedSettings(StrictModel):
    """Settings that are stored with published curves."""

    phases: PhaseSettings  # constants of the search for phases
    paper: RunSettings  # the same training with the settings of the paper's text


def code() -> str:
    """Digest of the code of this command."""
    return code_digest("commands.published")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    settings = "constants of the search for phases, and settings of the paper's run, JSON"
    parser.add_argument("--settings", required=True, help=settings)
    table = "table of the trainings, CSV, in the folder with the curves and checksums"
    parser.add_argument("--trainings", type=Path, required=True, help=table)
    parser.add_argument("--output", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Read the curves, find their phases, and write the result."""
    settings = validated_json(PublishedSettings, options.settings)
    problem, method = settings.paper.problem, settings.paper.method
    training = read_training(options.trainings, problem, method)
    arrays = read_curves(options.trainings.parent, problem, method)
    # Import scipy, which takes a second, after the checks.
    from pinn_phases.analysis.phases.landmarks import landmarks
    from pinn_phases.analysis.phases.search import find_phases

    constants = settings.phases.model_dump()
    found = find_phases(arrays["gradients/iteration"], arrays["gradients/snr"], **constants)
    first = 1.0 if found.diffusion is None else found.diffusion.iteration
    history = {"relative_l2": arrays["error/relative_l2"]}
    attributes = {
        "settings": {
            "scale": SCALE,
            "problem": problem,
            "method": method,
            "seed": training["seed"],
            "training": {"iterations": training["iterations"]},
        },
        "source": SOURCE,
        "drawn": {name: training[name] for name in BOUNDARIES},
        "found": dataclasses.asdict(found),
        "landmarks": landmarks(arrays["error/iteration"], history, first),
        "phase_settings": settings.phases.model_dump(mode="json"),
        "paper": settings.paper.model_dump(mode="json"),
        **provenance(code()),
    }
    storage.write(options.output, Content("published", arrays, attributes))
    log.info("%s with %s: the authors' curves, %s", problem, method, SOURCE)
