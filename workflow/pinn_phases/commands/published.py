"""Turn a curve that the authors published into a result file, with its phases by our search."""

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
from pinn_phases.model import StrictModel, validated_json
from pinn_phases.settings.analysis import PhaseSettings
from pinn_phases.settings.training import RunSettings

log = logging.getLogger(__name__)


class PublishedSettings(StrictModel):
    """What is kept beside a published curve."""

    phases: PhaseSettings  # of our search, for a look at their SNR as well
    paper: RunSettings  # the training of the paper's text that the curve is of


def code() -> str:
    """Digest of the code behind it."""
    return code_digest("commands.published")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    needed = "constants of the search for phases, and the paper's run, as JSON"
    parser.add_argument("--settings", required=True, help=needed)
    table = "table of them, CSV; their curves and checksums lie beside it"
    parser.add_argument("--trainings", type=Path, required=True, help=table)
    parser.add_argument("--output", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Read, look for phases and save."""
    settings = validated_json(PublishedSettings, options.settings)
    problem, method = settings.paper.problem, settings.paper.method
    training = read_training(options.trainings, problem, method)
    arrays = read_curves(options.trainings.parent, problem, method)
    # Importing scipy takes a second: after the checks.
    from pinn_phases.analysis.landmarks import landmarks
    from pinn_phases.analysis.phases import find_phases

    constants = settings.phases.model_dump()
    found = find_phases(arrays["gradients/iteration"], arrays["gradients/snr"], **constants)
    first = 1.0 if found.diffusion is None else found.diffusion.iteration
    error = {"relative_l2": arrays["error/relative_l2"]}
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
        "landmarks": landmarks(arrays["error/iteration"], error, first),
        "phase_settings": settings.phases.model_dump(mode="json"),
        "paper": settings.paper.model_dump(mode="json"),
        **provenance(code()),
    }
    storage.write(options.output, Content("published", arrays, attributes))
    log.info("%s with %s: the authors' curves, %s", problem, method, SOURCE)
