"""Judge the paper's claims by the results of one scale; write JSON, Markdown and HTML."""

import argparse
import json
import logging
from pathlib import Path

from pinn_phases import claims
from pinn_phases.files import storage
from pinn_phases.files.provenance import provenance
from pinn_phases.plugins import METHODS, OPTIMISERS, PROBLEMS, modules
from pinn_phases.settings.config import ScaleAndPaper
from pinn_phases.strict_model import validated_json
from pinn_phases.summary.markdown import markdown
from pinn_phases.summary.page import digest_with_template, render

log = logging.getLogger(__name__)


def code() -> str:
    """Digest of the code of this command and of the page's template."""
    plugins = modules(claims.__name__, PROBLEMS, METHODS, OPTIMISERS)
    return digest_with_template("commands.claims", *plugins)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument(
        "--settings", required=True, help="settings of the scale and of the paper, JSON"
    )
    files = (
        "run, phases, information, coarse, homogeneity, samples and terms of each training, HDF5"
    )
    parser.add_argument("--inputs", type=Path, nargs="+", required=True, help=files)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--markdown", type=Path, required=True)
    parser.add_argument("--html", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Read the files, judge the claims, and write the results."""
    settings = validated_json(ScaleAndPaper, options.settings)
    # Import scipy, which takes a second, after the checks.
    from pinn_phases.claims.judging.verdicts import all_claims, as_plain, judge_all, load_runs
    from pinn_phases.summary.claims import claims_page

    paper = {
        problem: {
            method: settings.paper.run(problem, method, seed=0).model_dump(mode="json")
            for method in block.methods
        }
        for problem, block in settings.scale.problems.items()
        if problem in settings.paper.problems
    }
    runs = load_runs(options.inputs, paper)
    judged = judge_all(all_claims(), runs)
    page = claims_page(judged, runs, settings.scale.scale)
    tree = {
        "scale": settings.scale.scale,
        "claims": [as_plain(claim) for claim in judged],
        **provenance(code()),
    }
    storage.write_bytes(options.json, json.dumps(tree, indent=1, allow_nan=False).encode())
    storage.write_bytes(options.markdown, markdown(page).encode())
    storage.write_bytes(options.html, render(page).encode())
    log.info(page.text[0])
