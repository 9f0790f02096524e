"""Train a network, starting from its newest checkpoint if one exists."""

import argparse
import logging
import sys
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.jobs.notes import NOTE
from pinn_phases.jobs.stopping import end_on_signals
from pinn_phases.settings.method_names import modules
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import SettingsError, validated_json

log = logging.getLogger(__name__)


def code(problem: str, method: str) -> str:
    """Digest of the code of this command."""
    return code_digest("commands.train", f"problems.{problem}", *modules(method))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--settings", required=True, help="resolved settings, JSON")
    parser.add_argument("--reference", type=Path, required=True, help="reference solution, HDF5")
    parser.add_argument("--output", type=Path, required=True, help="result, HDF5")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--gpus", type=int, default=0, choices=(0, 1), help="1: use a GPU if there is one"
    )
    other_code = "1: if this code has no checkpoint, continue the newest one of other code"
    parser.add_argument(
        "--continue-other-code", type=int, default=0, choices=(0, 1), help=other_code
    )


def run(options: argparse.Namespace) -> None:
    """Train the network and write the run."""
    end_on_signals()
    settings = validated_json(RunSettings, options.settings)
    if options.threads < 1:
        raise SettingsError(("--threads",), options.threads, "expected at least 1")
    reference = storage.read(options.reference, "reference")
    digest = code(settings.problem, settings.method)
    # Torch takes seconds to import. Import it after the checks, so that errors appear at once.
    from pinn_phases.training.recording.progress import status_file

    status = status_file(options.log) if options.log else None
    if status is not None:
        status.unlink(missing_ok=True)  # left by an earlier call
    if options.gpus:
        from pinn_phases.jobs.gpus import take_gpu

        _gpu = take_gpu()  # held until this process ends
    from pinn_phases.training.checkpointing.checkpoints import Checkpoints
    from pinn_phases.training.loop import train

    result = train(
        settings,
        reference,
        Checkpoints.for_output(options.output, settings, digest, storage.data_digest(reference)),
        provenance=provenance(digest),
        other_code=bool(options.continue_other_code),
        threads=options.threads,
        gpus=options.gpus,
        bar=options.log is None and sys.stderr.isatty(),
        status=status,
    )
    if result.attributes["execution"]["resumed_after"] == settings.training.iterations:
        log.info(
            "%snothing was left to train, since the checkpoint has all iterations; to train again,"
            " first call python -m pinn_phases discard RUN",
            NOTE,
        )
    storage.write(options.output, result)
