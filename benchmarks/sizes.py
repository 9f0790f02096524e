"""The training that is timed: the paper's vanilla run, at the size of a scale or any other."""

import argparse
from pathlib import Path

from pinn_phases.plugins import PROBLEMS, names
from pinn_phases.settings.scales import load_scales
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import validated_json

ROOT = Path(__file__).parents[1]
# In place of the paper's, whose 1e-4 or 1 / 1000 hides a term, and whose forcing hides the others,
# below the rounding of float32. Times do not depend on them.
COEFFICIENTS = {
    "allen_cahn": {"diffusion": 1.0},
    "burgers": {"viscosity": 1.0},
    "helmholtz": {"a1": 1, "a2": 2, "k": 3.0},
    "cavity": {"reynolds": 1.0},
}


def resized(
    settings: RunSettings, *, points: int | None = None, width: int | None = None
) -> RunSettings:
    """Return a run with `COEFFICIENTS`, and with these points and width if given."""
    training = settings.training.model_dump()
    training["points"] = points or training["points"]
    training["network"]["width"] = width or training["network"]["width"]
    equation = {**settings.equation.model_dump(), **COEFFICIENTS.get(settings.problem, {})}
    return RunSettings.model_validate(
        {**settings.model_dump(), "equation": equation, "training": training}
    )


def from_config(problem: str, scale: str) -> RunSettings:
    """Return the run of the paper, with points, batches and network of a scale.

    Inputs, ansatz and conditions are always the paper's, which all engines support.
    """
    import yaml  # not needed under Snakemake, which passes settings as JSON

    scales = load_scales(yaml.safe_load((ROOT / "config.yaml").read_text()))
    run = scales["paper"].run(problem, "vanilla", 0)
    sizes = scales[scale].problems[problem].training
    training = run.training.model_dump()
    training |= {"points": sizes.points, "batches": sizes.batches}
    training["network"] |= {
        "hidden_layers": sizes.network.hidden_layers,
        "width": sizes.network.width,
    }
    return RunSettings.model_validate({**run.model_dump(), "scale": scale, "training": training})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a training."""
    parser.add_argument("--settings", help="of a run, resolved, as JSON; or by its name and size:")
    parser.add_argument("--problem", default="allen_cahn", choices=names(PROBLEMS))
    parser.add_argument("--scale", default="paper", help="whose points, batches and network")


def chosen(options: argparse.Namespace) -> RunSettings:
    """Return the training that the options choose."""
    if options.settings:
        return validated_json(RunSettings, options.settings)
    return from_config(options.problem, options.scale)
