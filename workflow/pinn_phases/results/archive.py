"""Runs small enough to be kept beside the code: what figures and claims need, and no more.

An archive is a folder with the settings of its scale, files as below results/{scale}, and the
checksums of all. Its runs hold their history and the snapshots that figures show; what is measured
of all snapshots (information, homogeneity, terms) is archived as it is. Everything else is computed
from these.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pinn_phases.analysis.boundaries import PHASES
from pinn_phases.analysis.snapshots import chosen_snapshots
from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.settings.scales import ARCHIVED_SETTINGS

KINDS = {"run": "runs"} | {kind: kind for kind in ("information", "homogeneity", "terms")}
"""Kinds of files in an archive -> their folders, as below results/{scale}."""
CHECKSUMS = "SHA256SUMS"


def thinned(run: Content, phases: Content) -> Content:
    """Return a run with the snapshots that figures show alone.

    Parameters
    ----------
    phases
        Of the run that chooses the snapshots.
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
    """Write an archive; its checksums come last, so that an archive that has them is whole.

    Parameters
    ----------
    settings
        Of the scale, as JSON.
    contents
        Files of the kinds of `KINDS`.
    phases
        Those that choose the snapshots: of one method, for every problem and seed.

    Raises
    ------
    StorageError
        If phases are missing.
    """
    chosen_by = {_key(one): one for one in phases}
    written = {ARCHIVED_SETTINGS: folder / ARCHIVED_SETTINGS}
    storage.write_bytes(folder / ARCHIVED_SETTINGS, settings.encode())
    for content in contents:
        problem, seed = key = _key(content)
        if content.kind == "run":
            if key not in chosen_by:
                raise StorageError(f"{problem}, seed {seed}: expected a phases file, received none")
            content = thinned(content, chosen_by[key])
        method = content.attributes["settings"]["method"]
        name = f"{KINDS[content.kind]}/{problem}/{method}/seed{seed}.h5"
        storage.write(folder / name, content)
        written[name] = folder / name
    _remove_others(folder, set(written.values()))
    storage.write_bytes(folder / CHECKSUMS, _checksums(written).encode())


def _remove_others(folder: Path, kept: Collection[Path]) -> None:
    """Remove the files of an earlier archive that this one does not have."""
    for place in KINDS.values():
        for path in folder.glob(f"{place}/*/*/seed*.h5"):
            if path not in kept:
                path.unlink()


def _key(content: Content) -> tuple[str, int]:
    settings = content.attributes["settings"]
    return settings["problem"], settings["seed"]


def _checksums(files: Mapping[str, Path]) -> str:
    """List them as `sha256sum` does."""
    sums = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
