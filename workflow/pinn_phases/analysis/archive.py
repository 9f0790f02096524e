"""Archives: runs reduced to a size that fits in the repository.

An archive is a folder with the settings of its scale, result files with the same paths as in
results/{scale}, and checksums of all files. Runs keep their history, and only the snapshots that
figures show. The measurements of all snapshots (information, homogeneity, terms) are archived in
full. Everything else can be computed from these files.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pinn_phases.analysis.phases.names import PHASES
from pinn_phases.analysis.snapshots import chosen_snapshots
from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.settings.file import ARCHIVED_SETTINGS

KINDS = {"run": "runs"} | {kind: kind for kind in ("information", "homogeneity", "terms")}
"""Kind of file in an archive -> its folder, as in results/{scale}."""
CHECKSUMS = "SHA256SUMS"


def thinned(run: Content, phases: Content) -> Content:
    """Return a run with only the snapshots that figures show.

    Parameters
    ----------
    phases
        Phases file that determines the snapshots.
    """
    available = run.arrays["snapshots/iteration"]
    starts = (phases.attributes.get(name) for name in PHASES)
    chosen = sorted(set(chosen_snapshots(available, *starts)))
    arrays = {
        name: values[chosen] if name.startswith("snapshots/") else values
        for name, values in run.arrays.items()
    }
    kept = f"{len(chosen)} of {len(available)}"
    return replace(run, arrays=arrays, attributes={**run.attributes, "archived_snapshots": kept})


def write_archive(
    folder: Path, settings: str, contents: Iterable[Content], phases: Sequence[Content]
) -> None:
    """Write an archive, and its checksums last: an archive with checksums is complete.

    Parameters
    ----------
    settings
        Settings of the scale, as JSON.
    contents
        Files of the kinds in `KINDS`.
    phases
        Phases files that determine the snapshots: of one method, for every problem and seed.

    Raises
    ------
    StorageError
        If the phases file of a problem and seed is missing.
    """
    (folder / CHECKSUMS).unlink(missing_ok=True)  # of an earlier archive
    phases_of = {_key(content): content for content in phases}
    written = {ARCHIVED_SETTINGS: folder / ARCHIVED_SETTINGS}
    storage.write_bytes(folder / ARCHIVED_SETTINGS, settings.encode())
    for content in contents:
        problem, seed = key = _key(content)
        if content.kind == "run":
            if key not in phases_of:
                raise StorageError(f"{problem}, seed {seed}: expected a phases file, received none")
            content = thinned(content, phases_of[key])
        method = content.attributes["settings"]["method"]
        name = f"{KINDS[content.kind]}/{problem}/{method}/seed{seed}.h5"
        storage.write(folder / name, content)
        written[name] = folder / name
    _remove_others(folder, set(written.values()))
    storage.write_bytes(folder / CHECKSUMS, checksums(written).encode())


def _remove_others(folder: Path, kept: Collection[Path]) -> None:
    """Remove files of an earlier archive that are not part of this one."""
    for kind in KINDS.values():
        for path in folder.glob(f"{kind}/*/*/seed*.h5"):
            if path not in kept:
                path.unlink()


def _key(content: Content) -> tuple[str, int]:
    settings = content.attributes["settings"]
    return settings["problem"], settings["seed"]


def checksums(files: Mapping[str, Path]) -> str:
    """Format checksums like `sha256sum`, of files by their names in the list."""
    sums = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
