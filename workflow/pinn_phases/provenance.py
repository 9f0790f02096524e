"""Who made a file: what every result carries beside its numbers."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("pinn-phases", "torch", "numpy", "scipy", "h5py", "snakemake")


def provenance(code: str) -> dict[str, Any]:
    """Versions, machine and commit, as plain values.

    Parameters
    ----------
    code
        Digest of the code that made the file.
    """
    return {
        "code": code,
        "git_commit": _git("rev-parse", "HEAD") or "unknown",
        "git_dirty": bool(_git("status", "--porcelain")),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "machine": platform.processor() or platform.machine(),
        "system": platform.platform(),
    }


def _git(*arguments: str) -> str:
    """Output of git in the folder of the code; empty where there is no git or no repository."""
    command = ["git", "-C", str(Path(__file__).parent), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
