"""Find the learning phases in the SNR curve of a run or of a CSV file."""

import argparse
import dataclasses
import logging
from pathlib import Path
from typing import Any

from pinn_phases.files import storage
from pinn_phases.files.curve_files import read_curve
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.files.reached import run_attributes
from pinn_phases.files.storage import Content
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.settings.analysis import PhaseSettings
from pinn_phases.strict_model import SettingsError, validated, validated_json

log = logging.getLogger(__name__)


def code() -> str:
    """Digest of the code of this command."""
    return code_digest("commands.phases")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    constants = "constants of the search, JSON; default: those of config.yaml"
    parser.add_argument("--settings", help=constants)
    curve = parser.add_mutually_exclusive_group(required=True)
    curve.add_argument("--run", type=Path, dest="training", help="run, HDF5")
    columns = "SNR curve: lines with an iteration and its SNR"
    curve.add_argument("--csv", type=Path, metavar="FILE", help=columns)
    parser.add_argument(
        "--output",
        type=Path,
        help="result, HDF5; required with --run, while phases of --csv are printed",
    )


def run(options: argparse.Namespace) -> None:
    """Find the phases; write those of a run to a file, print those of a CSV file."""
    if (options.output is None) != (options.training is None):
        expected = "expected with --run, and not with --csv"
        value = ... if options.output is None else str(options.output)
        raise SettingsError(("--output",), value, expected)
    settings = _settings(options.settings)
    # Import scipy, which takes a second, after the checks.
    from pinn_phases.summary.phase_words import phase_lines

    if options.csv is not None:
        phases = _find(options.csv, *read_curve(options.csv), settings)
        for line in phase_lines(phases):
            print(line)
        return
    content = storage.read(options.training, "run", leave_out=("snapshots/",))
    attributes = {
        **_find_in_run(options.training, content, settings),
        "phase_settings": settings.model_dump(mode="json"),
        **run_attributes(content.attributes),
        **provenance(code()),
    }
    storage.write(options.output, Content("phases", {}, attributes))
    for line in phase_lines(attributes):
        log.info("%s: %s", options.training, line)


def _settings(given: str | None) -> PhaseSettings:
    """Return the given constants, or those of config.yaml in this folder or the checkout."""
    if given is not None:
        return validated_json(PhaseSettings, given)
    from pinn_phases.settings.file import default_config, read_config  # rules do not need them

    path = default_config()
    return validated(PhaseSettings, read_config(path).get("phases"), (str(path), "phases"))


def _find(path: Path, iterations: Any, snr: Any, settings: PhaseSettings) -> dict[str, Any]:
    """Find the phases of a curve, as values that JSON can store."""
    from pinn_phases.analysis.phases.search import find_phases

    try:
        return dataclasses.asdict(find_phases(iterations, snr, **settings.model_dump()))
    except ValueError as error:  # not a valid curve, or too short
        raise Stopped(f"{path}: {error}") from None


def _find_in_run(path: Path, content: Content, settings: PhaseSettings) -> dict[str, Any]:
    """Find the phases and landmarks of a run."""
    from pinn_phases.analysis.phases.landmarks import of_history

    prefix = "history/"
    names = [name for name in content.arrays if name.startswith(prefix)]
    history = {name.removeprefix(prefix): content.arrays[name] for name in names}
    phases = _find(path, history["iteration"], history["snr"], settings)
    first = phases["diffusion"]["iteration"] if phases["diffusion"] else 1.0
    return {**phases, "landmarks": of_history(history, first)}
