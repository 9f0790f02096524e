"""Archive the runs of a scale, so that figures can be drawn without training."""

import argparse
import logging
from pathlib import Path

from pinn_phases.analysis.archive import CHECKSUMS, KINDS, write_archive
from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.storage import StorageError
from pinn_phases.settings.config import Settings
from pinn_phases.strict_model import SettingsError, validated_json

log = logging.getLogger(__name__)


def code() -> str:
    """Digest of the code of this command."""
    return code_digest("commands.archive")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--settings", required=True, help="settings of the scale, JSON")
    files = f"{', '.join(KINDS)} and phases files of every training, HDF5"
    parser.add_argument("--inputs", type=Path, nargs="+", required=True, help=files)
    output = f"{CHECKSUMS} in the folder of the archive, which receives all files"
    parser.add_argument("--output", type=Path, required=True, help=output)


def run(options: argparse.Namespace) -> None:
    """Read the files, reduce the runs, and write the archive."""
    settings = validated_json(Settings, options.settings)
    if options.output.name != CHECKSUMS:
        raise SettingsError(("--output",), str(options.output), f"expected FOLDER/{CHECKSUMS}")
    folder = options.output.parent
    contents = [storage.read(path) for path in options.inputs]
    for path, content in zip(options.inputs, contents, strict=True):
        if content.kind not in (*KINDS, "phases"):
            expected = f"expected one of {', '.join(KINDS)}, phases"
            raise StorageError(f"{path}: {expected}, found a {content.kind} file")
    phases = [
        content
        for content in contents
        if content.kind == "phases"
        and content.attributes["settings"]["method"] == settings.figures.phases_of
    ]
    kept = [content for content in contents if content.kind in KINDS]
    write_archive(folder, settings.model_dump_json(indent=1), kept, phases)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    log.info("%s: %d files, %.1f MB", folder, len(kept), size / 1e6)
