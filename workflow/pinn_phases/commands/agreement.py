"""Compare runs with the curves that the paper's authors published: JSON, Markdown and HTML."""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.plugins import METHODS, OPTIMISERS, PROBLEMS, modules
from pinn_phases.summary.markdown import markdown
from pinn_phases.summary.page import render, template

KINDS = ("run", "phases", "published")


def code() -> str:
    """Digest of the code of this command, and of the page's template."""
    digest = code_digest("commands.agreement", *modules(PROBLEMS, METHODS, OPTIMISERS))
    return hashlib.sha256(f"{digest}{template()}".encode()).hexdigest()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    files = "runs with their phases, and published curves, HDF5"
    parser.add_argument("--inputs", type=Path, nargs="*", required=True, help=files)
    parser.add_argument("--scale", required=True, help="scale of the runs, for the page")
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--markdown", type=Path, required=True)
    parser.add_argument("--html", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Read, compare and save."""
    contents = [_read(path) for path in options.inputs]
    # Import scipy, which takes a second, after the checks.
    from pinn_phases.summary.agreement import agreement_page, as_plain, beside

    compared = []
    for theirs in (content for content in contents if content.kind == "published"):
        runs, phases = (_of(contents, kind, theirs) for kind in ("run", "phases"))
        if [_seed(one) for one in runs] != [_seed(one) for one in phases]:
            pair = " with ".join(_pair(theirs))
            raise StorageError(f"{pair}: expected a phases file for each run, received others")
        if runs:
            compared.append(beside(theirs, runs, phases))
    page = agreement_page(compared, options.scale)
    tree = {"scale": options.scale, "pairs": as_plain(compared), **provenance(code())}
    storage.write_bytes(options.json, json.dumps(tree, indent=1).encode())
    storage.write_bytes(options.markdown, markdown(page).encode())
    storage.write_bytes(options.html, render(page).encode())


def _read(path: Path) -> Content:
    content = storage.read(path, leave_out=("snapshots/", "points/"))
    if content.kind not in KINDS:
        expected = f"expected one of {', '.join(KINDS)}"
        raise StorageError(f"{path}: {expected}, found a {content.kind} file")
    return content


def _of(contents: Sequence[Content], kind: str, theirs: Content) -> list[Content]:
    """Files of one kind for the problem and method of a published curve, sorted by seed."""
    found = [one for one in contents if one.kind == kind and _pair(one) == _pair(theirs)]
    return sorted(found, key=_seed)


def _pair(content: Content) -> tuple[str, str]:
    settings = content.attributes["settings"]
    return settings["problem"], settings["method"]


def _seed(content: Content) -> int:
    seed: int = content.attributes["settings"]["seed"]
    return seed
