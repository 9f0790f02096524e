"""Find the learning phases in the SNR curve of a run."""

import argparse
import dataclasses
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from pinn_phases import storage
from pinn_phases.analysis.settings import PhaseSettings
from pinn_phases.digest import code_digest
from pinn_phases.frozen import validated_json
from pinn_phases.provenance import provenance
from pinn_phases.reached import about_run
from pinn_phases.stopping import Stopped
from pinn_phases.storage import Content

if TYPE_CHECKING:
    from pinn_phases.analysis.phases import Boundary

log = logging.getLogger(__name__)


def code() -> str:
    """Digest of the code behind the phases of a run."""
    return code_digest("commands.phases")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("--settings", required=True, help="constants of the search as JSON")
    parser.add_argument("--run", type=Path, dest="training", required=True, help="run, HDF5")
    parser.add_argument("--output", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Find the phases and save."""
    settings = validated_json(PhaseSettings, options.settings)
    content = storage.read(options.training, "run", leave_out=("snapshots/",))
    # Importing scipy takes a second: after the checks.
    from pinn_phases.analysis.phases import find_phases

    iterations, snr = (content.arrays[f"history/{name}"] for name in ("iteration", "snr"))
    try:
        phases = find_phases(iterations, snr, **settings.model_dump())
    except ValueError as error:  # a training too short to have phases
        raise Stopped(f"{options.training}: {error}") from None
    attributes = {
        **dataclasses.asdict(phases),
        "phase_settings": settings.model_dump(mode="json"),
        **about_run(content.attributes),
        **provenance(code()),
    }
    storage.write(options.output, Content("phases", {}, attributes))
    log.info(
        "%s: diffusion %s, total diffusion %s",
        *(options.training, _in_words(phases.diffusion), _in_words(phases.total_diffusion)),
    )


def _in_words(boundary: "Boundary | None") -> str:
    if boundary is None:
        return "not reached"
    return f"from iteration {boundary.iteration:.0f} (confidence {boundary.confidence:.2f})"
