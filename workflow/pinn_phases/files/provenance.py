"""Provenance of results: code, commit, versions and machine."""

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("pinn-phases", "torch", "numpy", "scipy", "h5py", "snakemake")
SECONDS = 10.0  # time limit of git, for slow file systems


def provenance(code: str) -> dict[str, Any]:
    """Versions, machine and commit, for JSON; None if git does not know.

    Parameters
    ----------
    code
        Digest of the code that made the file.
    """
    module = Path(__file__).resolve()  # in CHECKOUT/workflow/pinn_phases/files, if there is one
    commit, changes = _commit_and_changes(module.parents[3])
    return {
        "code": code,
        "git_commit": commit,
        "git_dirty": changes,
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "machine": platform.processor() or platform.machine(),
        "system": platform.platform(),
    }


def stated_commit(stored: Mapping[str, Any]) -> tuple[str | None, bool | None]:
    """Return the commit of a file, and whether there were uncommitted changes; None: not known.

    Older versions stored "unknown" and no changes if they did not know.
    """
    commit = stored["git_commit"]
    return (None, None) if commit in (None, "unknown") else (commit, stored["git_dirty"])


def _commit_and_changes(checkout: Path) -> tuple[str | None, bool | None]:
    """Ask git, if the folder is a checkout and the top of its repository."""
    top = _git(checkout, "rev-parse", "--show-toplevel")
    if top is None or Path(top) != checkout or not (checkout / "Snakefile").exists():
        return None, None
    commit = _git(checkout, "rev-parse", "--verify", "HEAD")
    changes = None if commit is None else _git(checkout, "status", "--porcelain")
    return commit, None if changes is None else bool(changes)


def _git(folder: Path, *arguments: str) -> str | None:
    """Output of git in a folder; None without git, or if it fails."""
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    # Without variables that name another repository, but with settings such as safe.directory.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith("GIT_CONFIG_")
    }
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, check=True, timeout=SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return os.fsdecode(done.stdout).removesuffix("\n")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
