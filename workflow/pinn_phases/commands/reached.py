"""Extract a run of fewer iterations from the checkpoint of an unfinished training."""

import argparse
import logging
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import validated_json

log = logging.getLogger(__name__)


def code(problem: str) -> str:
    """Digest of the code of this command."""
    return code_digest("commands.reached", f"problems.{problem}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--settings", required=True, help="resolved settings, JSON")
    files = "checkpoints or run of a training, HDF5; the first valid file is used"
    parser.add_argument("--checkpoints", type=Path, nargs="+", required=True, help=files)
    parser.add_argument("--output", type=Path, required=True, help="run, HDF5")


def run(options: argparse.Namespace) -> None:
    """Extract the run from the first valid file, and write it."""
    settings = validated_json(RunSettings, options.settings)
    # Import scipy, which takes a second, after the check.
    from pinn_phases.files.reached import length_in_words

    errors = []
    for path in options.checkpoints:
        try:
            content = _extract(path, settings)
        except StorageError as error:
            errors.append(str(error))
            log.warning("not used: %s", error)
            continue
        storage.write(options.output, content)
        log.info("%s: %s", path, length_in_words([content.attributes]))
        return
    training = f"{settings.problem} with {settings.method}, seed {settings.seed}"
    raise StorageError(f"{training}: no checkpoint can be used; {'; '.join(errors)}")


def _extract(path: Path, settings: RunSettings) -> Content:
    from pinn_phases.training.checkpointing.parts import read_whole
    from pinn_phases.training.checkpointing.unfinished import Statement, extract_run, read_statement

    content = read_whole(path)
    training = content.attributes.get("training")
    stated = Statement() if training is None else read_statement(path, training)
    try:
        return extract_run(content, settings, stated)
    except StorageError as error:
        raise StorageError(f"{path}: {error}") from None
