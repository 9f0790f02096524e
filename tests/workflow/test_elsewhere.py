"""Calls from another folder use code and archives of the checkout; results go to the folder."""

import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
import yaml

from tests.processes import SNAKEMAKE_SECONDS, snakemake
from tests.surroundings import VARIABLES, shadow
from tests.workflow.conftest import REPOSITORY, copy_repository

SMOKE = ("--config", "scale=smoke", "--")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A checkout with one benchmark and one method, in a folder whose name needs quotes."""
    folder = tmp_path_factory.mktemp("a checkout") / "here & there"
    folder.mkdir()
    copy_repository(folder)
    path = folder / "config.yaml"
    config = yaml.safe_load(path.read_text())
    config["compared_methods"] = ["rba"]
    for block in (config, *config["scales"].values()):
        if "problems" in block:
            block["problems"] = {"allen_cahn": block["problems"]["allen_cahn"]}
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return folder


def files(folder):
    """All files except Snakemake's metadata and Python's bytecode."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not {".snakemake", "__pycache__"} & {*path.parts}
    }


@pytest.fixture(scope="module")
def archived(checkout, finished, tmp_path_factory):
    """A folder of archived results, and the checkout's files before archiving.

    Results with the same settings and code are already there, except the phases.
    """
    folder, before = tmp_path_factory.mktemp("results"), files(checkout)
    for kind in ("reference", "runs", "information", "homogeneity", "terms"):
        shutil.copytree(finished / "results/smoke" / kind, folder / "results/smoke" / kind)
    snakefile = os.path.relpath(checkout / "Snakefile", folder)
    done = snakemake(folder, "--snakefile", snakefile, "--cores", "2", *SMOKE, "archive")
    assert done.returncode == 0, done.stdout
    assert "2 of 2 steps" in done.stdout, done.stdout
    return folder, before


def test_results_go_to_the_folder_and_archives_to_the_checkout(archived, checkout):
    folder, before = archived
    assert "results/smoke/phases/allen_cahn/rba/seed0.h5" in files(folder)
    assert all(name.startswith("results/smoke/") for name in files(folder))
    new = files(checkout) - before
    assert "archive/smoke/SHA256SUMS" in new and all(n.startswith("archive/smoke/") for n in new)


@pytest.mark.usefixtures("archived")
def test_archives_are_found_from_any_folder(checkout, tmp_path):
    arguments = ("--snakefile", str(checkout / "Snakefile"), "--directory", str(tmp_path / "new"))
    target = "results/archive-smoke/runs/allen_cahn/rba/seed0.h5"
    config = ("--config", "scale=archive-smoke", "--")
    done = snakemake(tmp_path, *arguments, "--cores", "1", *config, target)
    assert done.returncode == 0, done.stdout
    assert f"new/{target}" in files(tmp_path)


@pytest.mark.parametrize("snakefile", ["relative", "beside"])
def test_the_report_has_its_style_in_any_folder(snakefile, checkout, tmp_path):
    """Snakemake changes to `--directory` before it reads the style sheet."""
    folder = tmp_path / "results"
    for kind in ("pdf", "png"):
        (folder / "paper_figures").mkdir(parents=True, exist_ok=True)
        (folder / f"paper_figures/fig3.{kind}").write_text("made up")
    where, arguments = {
        "relative": (tmp_path, ("--snakefile", os.path.relpath(checkout / "Snakefile", tmp_path))),
        "beside": (checkout, ()),
    }[snakefile]
    report = ("--report", "report.zip", *SMOKE, "paper_figures/fig3.png")
    done = snakemake(where, *arguments, "--directory", str(folder), *report)
    assert done.returncode == 0, done.stdout
    with zipfile.ZipFile(folder / "report.zip") as zipped:
        assert b"align-items: safe center" in zipped.read("report/report.html")


def test_config_yaml_in_the_folder_takes_precedence(checkout, tmp_path):
    config = (checkout / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(config.replace("seeds:\n- 0", "seeds:\n- 7"))
    arguments = ("--snakefile", str(checkout / "Snakefile"))
    plan = snakemake(tmp_path, *arguments, "-n", *SMOKE, "allen_cahn").stdout
    assert set(re.findall(r"Training allen_cahn with rba, seed (\d)", plan)) == {"7"}


def test_foreign_modules_and_variables_do_not_prevent_a_figure(tmp_path):
    """The Snakefile cannot protect what Snakemake itself imports, such as numpy."""
    folder, modules = tmp_path / "folder", tmp_path / "modules"
    for place in (folder, modules):
        place.mkdir()
        shadow(place, "h5py", "matplotlib", "pinn_phases", "scipy", "storage")
    shadow(folder, "numpy", "random")
    (folder / "matplotlibrc").write_bytes(b"\xff\xfe\x00")
    around = {"PYTHONPATH": str(modules), "PYTHONOPTIMIZE": "2", "PYTHONHASHSEED": "7"}
    target = "paper_figures/fig3.png"
    command = [sys.executable, "-P", "-m", "snakemake"]  # -P: as the command `snakemake`
    command += ["--snakefile", str(REPOSITORY / "Snakefile"), "--cores", "1", *SMOKE, target]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | VARIABLES | around,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SNAKEMAKE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert (folder / target).read_bytes().startswith(b"\x89PNG")
