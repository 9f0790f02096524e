"""Provenance of results: code, commit, package versions and machine."""

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("pinn-phases", "torch", "numpy", "scipy", "h5py", "snakemake")
GIT_TIMEOUT = 10.0  # s; git can hang on slow file systems


def provenance(code: str) -> dict[str, Any]:
    """Return versions, machine and commit for JSON; the commit is None if git cannot tell it.

    Parameters
    ----------
    code
        Digest of the code that made the file.
    """
    module = Path(__file__).resolve()  # CHECKOUT/workflow/pinn_phases/files/..., unless installed
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
    """Return the commit in a file and whether there were uncommitted changes; None if unknown.

    Older versions stored an unknown commit as "unknown", without changes.
    """
    commit = stored["git_commit"]
    return (None, None) if commit in (None, "unknown") else (commit, stored["git_dirty"])


def _commit_and_changes(checkout: Path) -> tuple[str | None, bool | None]:
    """Ask git, if the folder is a checkout of this project and the top level of its repository."""
    top = _git(checkout, "rev-parse", "--show-toplevel")
    if top is None or Path(top) != checkout or not (checkout / "Snakefile").exists():
        return None, None
    commit = _git(checkout, "rev-parse", "--verify", "HEAD")
    changes = None if commit is None else _git(checkout, "status", "--porcelain")
    return commit, None if changes is None else bool(changes)


def _git(folder: Path, *arguments: str) -> str | None:
    """Return the output of git in a folder; None if git fails or is not installed."""
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    # Remove variables such as GIT_DIR, which select another repository, but keep the settings in
    # GIT_CONFIG_*, such as safe.directory.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith("GIT_CONFIG_")
    }
    try:
        completed = subprocess.run(
            command, env=environment, capture_output=True, check=True, timeout=GIT_TIMEOUT
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return os.fsdecode(completed.stdout).removesuffix("\n")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
