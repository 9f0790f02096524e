"""Compare runs with the curves published by the paper's authors; write JSON, Markdown and HTML."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.provenance import provenance
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.plugins import METHODS, OPTIMISERS, PROBLEMS, modules
from pinn_phases.summary.markdown import markdown
from pinn_phases.summary.page import digest_with_template, render

KINDS = ("run", "phases", "published")


def code() -> str:
    """Digest of the code of this command and of the page's template."""
    return digest_with_template("commands.agreement", *modules(PROBLEMS, METHODS, OPTIMISERS))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    files = "runs, their phases files, and published curves, HDF5"
    parser.add_argument("--inputs", type=Path, nargs="*", required=True, help=files)
    parser.add_argument("--scale", required=True, help="scale of the runs, shown on the page")
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--markdown", type=Path, required=True)
    parser.add_argument("--html", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Read the files, compare, and write the results."""
    contents = [_read(path) for path in options.inputs]
    # Import scipy, which takes a second, after the checks.
    from pinn_phases.summary.agreement import agreement_page, as_plain, compare_with_published

    compared = []
    for published in (content for content in contents if content.kind == "published"):
        runs, phases = (_select(contents, kind, published) for kind in ("run", "phases"))
        if list(map(_seed, runs)) != list(map(_seed, phases)):
            pair = " with ".join(_pair(published))
            raise StorageError(f"{pair}: expected a phases file for each run, found other seeds")
        if runs:
            compared.append(compare_with_published(published, runs, phases))
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


def _select(contents: Sequence[Content], kind: str, published: Content) -> list[Content]:
    """Return the files of a kind for the problem and method of a published curve, by seed."""
    pair = _pair(published)
    return sorted((c for c in contents if c.kind == kind and _pair(c) == pair), key=_seed)


def _pair(content: Content) -> tuple[str, str]:
    settings = content.attributes["settings"]
    return settings["problem"], settings["method"]


def _seed(content: Content) -> int:
    seed: int = content.attributes["settings"]["seed"]
    return seed
