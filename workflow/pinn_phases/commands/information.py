"""Measure the information in the layers of a run at each snapshot."""

import argparse
from pathlib import Path

import numpy as np

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.files.reached import run_attributes
from pinn_phases.files.storage import Content
from pinn_phases.settings.analysis import InformationSettings
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import validated, validated_json


def code(problem: str) -> str:
    """Digest of the code of this command."""
    return code_digest("commands.information", f"problems.{problem}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--settings", required=True, help="settings of the measurement, JSON")
    parser.add_argument("--run", type=Path, dest="training", required=True, help="run, HDF5")
    parser.add_argument("--coarse", action="store_true", help="use coarse_bins instead of bins")
    parser.add_argument("--output", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Measure every layer at every snapshot, and write the result."""
    settings = validated_json(InformationSettings, options.settings)
    content = storage.read(options.training, "run", leave_out=("history/", "snapshots/weights"))
    run_settings = validated(RunSettings, content.attributes["settings"])
    # Torch takes seconds to import. Import it after the checks, so that errors appear at once.
    from pinn_phases.analysis.activations import HiddenLayers, random_input
    from pinn_phases.analysis.information import layer_information

    bins = settings.coarse_bins if options.coarse else settings.bins
    # The order of the points is random, so the first ones are a random subset.
    points = content.arrays["points/collocation"][: settings.points]
    sample = random_input(run_settings.equation, settings.sample_seed)
    network, at_sample = HiddenLayers(run_settings, points), HiddenLayers(run_settings, sample)
    snapshots = content.arrays["snapshots/parameters"]
    measured = [
        [layer_information(values, bins) for values in network.activations(parameters)]
        for parameters in snapshots
    ]
    arrays = {
        "iterations": content.arrays["snapshots/iteration"],
        **{
            f"information/{name}": np.array(
                [[getattr(layer, name) for layer in layers] for layers in measured]
            )
            for name in ("relative", "fixed", "binary")
        },
        "information/norm": np.array([network.weight_norms(p) for p in snapshots]),
        "activations/sample": np.array(
            [[values[0] for values in at_sample.activations(p)] for p in snapshots]
        ),
        "points/sample": sample,
    }
    attributes = {
        "points": len(points),
        "information_settings": settings.model_dump(mode="json"),
        **run_attributes(content.attributes),
        **provenance(code(run_settings.problem)),
    }
    kind = "coarse" if options.coarse else "information"
    storage.write(options.output, Content(kind, arrays, attributes))
