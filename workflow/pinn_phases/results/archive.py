"""Archives: runs that are small enough for the repository.

An archive is a folder with the settings of its scale, files as below results/{scale}, and their
checksums. Its runs have their history and the snapshots that figures show. Measurements of all
snapshots (information, homogeneity, terms) are archived in full. Everything else is computed from
these.
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
"""Kind of file in an archive -> its folder, as below results/{scale}."""
CHECKSUMS = "SHA256SUMS"


def thinned(run: Content, phases: Content) -> Content:
    """Return a run with only the snapshots that figures show.

    Parameters
    ----------
    phases
        Phases that determine the snapshots.
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
    """Write an archive; its checksums are written last, so an archive with checksums is complete.

    Parameters
    ----------
    settings
        Settings of the scale, JSON.
    contents
        Files of the kinds in `KINDS`.
    phases
        Phases that determine the snapshots: of one method, for every problem and seed.

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
    """Remove files of an earlier archive that are not part of this one."""
    for place in KINDS.values():
        for path in folder.glob(f"{place}/*/*/seed*.h5"):
            if path not in kept:
                path.unlink()


def _key(content: Content) -> tuple[str, int]:
    settings = content.attributes["settings"]
    return settings["problem"], settings["seed"]


def _checksums(files: Mapping[str, Path]) -> str:
    """Format the checksums like `sha256sum`."""
    sums = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
