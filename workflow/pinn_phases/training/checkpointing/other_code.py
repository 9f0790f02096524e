"""Checkpoints of the same training that other code saved; used only on request."""

import logging

from pinn_phases.files.checkpoint_files import checkpoints_in
from pinn_phases.files.storage import Content, StorageError, UnreadableError
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.checkpointing.parts import read_whole
from pinn_phases.training.checkpointing.unfinished import read_statement, require_same_training

REFERENCE = "reference_data"  # attribute: digest of the data of the reference solution

log = logging.getLogger(__name__)


def newest_of_other_code(checkpoints: Checkpoints, settings: RunSettings) -> Content | None:
    """Return the newest usable checkpoint of this training by other code; None if there is none.

    Parameters
    ----------
    checkpoints
        Checkpoints of this code, which are skipped.
    """
    training = settings.problem, settings.method, settings.seed
    for path in checkpoints_in(checkpoints.newest.parent, *training):
        if path in (checkpoints.newest, checkpoints.previous):
            continue
        try:
            content = read_whole(path, "checkpoint")
            require_same_training(content, settings)
            _require_same_reference(content, checkpoints.reference_digest)
        except UnreadableError:
            raise
        except StorageError as error:
            log.warning("checkpoint of other code not used: %s: %s", path, error)
            continue
        log.info("found a checkpoint of other code: %s", path)
        if "settings" in content.attributes:
            return content
        statement = read_statement(path, content.attributes["training"]).model_dump()
        return Content(content.kind, content.arrays, {**content.attributes, **statement})
    return None


def _require_same_reference(content: Content, reference: str) -> None:
    found = content.attributes.get(REFERENCE, reference)  # absent in files of older versions
    if found != reference:
        raise StorageError(
            f"expected errors against the reference solution {reference[:12]}, found {found[:12]}"
        )
