"""Archives: runs with only the snapshots that figures show, and checksums of all files."""

import json
import subprocess

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.analysis.archive import thinned
from pinn_phases.analysis.snapshots import chosen_snapshots
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.settings.scales import load_scales

ITERATIONS = np.unique(np.round(10 ** np.arange(0, 4.01, 0.1))).astype(int)
STARTS = {"diffusion": {"iteration": 100.0}, "total_diffusion": {"iteration": 1000.0}}


def made(kind, method="rba", seed=0):
    """Return the content of a training's file of this kind."""
    settings = {"scale": "smoke", "problem": "burgers", "method": method, "seed": seed}
    arrays = {
        "run": {
            "history/iteration": np.arange(1, 10_001, 10),
            "history/snr": np.linspace(3, 1, 1000),
            "snapshots/iteration": ITERATIONS,
            "snapshots/parameters": np.arange(ITERATIONS.size * 7.0).reshape(-1, 7),
            "snapshots/weights": np.arange(ITERATIONS.size * 6.0).reshape(-1, 2, 3),
            "points/collocation": np.ones((3, 2)),
        },
        "information": {
            "iterations": ITERATIONS,
            "information/relative": np.ones((ITERATIONS.size, 2)),
        },
        "homogeneity": {"iterations": ITERATIONS, "homogeneity/residual": np.ones(ITERATIONS.size)},
        "terms": {"iterations": ITERATIONS, "terms/cosine": np.ones(ITERATIONS.size)},
        "phases": {},
    }[kind]
    return Content(kind, arrays, {"settings": settings, **(STARTS if kind == "phases" else {})})


@pytest.fixture
def files(tmp_path):
    """Write the files of four trainings; return their paths."""
    paths = {}
    for kind in ("run", "phases", "information", "homogeneity", "terms"):
        for method in ("rba", "vanilla"):
            for seed in (0, 1):
                path = tmp_path / "results" / kind / f"{method}{seed}.h5"
                storage.write(path, made(kind, method, seed))
                paths[kind, method, seed] = path
    return paths


@pytest.fixture
def archive(tmp_path, config):
    """Return a function that runs the command and returns its exit status and folder."""
    settings = load_scales(config)["smoke"].model_dump_json()

    def call(paths):
        folder = tmp_path / "archive" / "smoke"
        inputs = map(str, paths)
        output = str(folder / "SHA256SUMS")
        options = ["--settings", settings, "--inputs", *inputs, "--output", output]
        return main(["archive", *options]), folder

    return call


def test_a_thinned_run_keeps_its_history_and_the_snapshots_of_figures():
    run = made("run")
    small = thinned(run, made("phases"))
    shown = [int(ITERATIONS[i]) for i in chosen_snapshots(ITERATIONS, *STARTS.values())]
    assert small.arrays["snapshots/iteration"].tolist() == shown
    rows = np.isin(ITERATIONS, shown)
    for name, values in run.arrays.items():
        expected = values[rows] if name.startswith("snapshots/") else values
        np.testing.assert_array_equal(small.arrays[name], expected)
    assert small.attributes == {**run.attributes, "archived_snapshots": f"3 of {ITERATIONS.size}"}
    # the phases choose the same snapshots from the thinned run
    again = chosen_snapshots(small.arrays["snapshots/iteration"], *STARTS.values())
    assert again == [0, 1, 2]


def test_the_command_writes_every_training_and_valid_checksums(files, archive, config):
    status, folder = archive(files.values())
    assert status == 0
    folders = {kind: kind for kind in ("information", "homogeneity", "terms")} | {"run": "runs"}
    for kind, name in folders.items():
        for method in ("rba", "vanilla"):
            for seed in (0, 1):
                path = folder / name / "burgers" / method / f"seed{seed}.h5"
                content = storage.read(path, kind)
                assert content.attributes["settings"]["method"] == method
                if kind != "run":
                    assert content.attributes == made(kind, method, seed).attributes
    stored = json.loads((folder / "settings.json").read_text())
    assert stored == load_scales(config)["smoke"].model_dump(mode="json")
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True
    )
    assert checked.returncode == 0
    listed = {line.split()[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    existing = {str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.is_file()}
    assert listed == existing


def test_archiving_twice_gives_the_same_bytes(files, archive):
    _, folder = archive(files.values())
    first = (folder / "SHA256SUMS").read_bytes()
    archive(files.values())
    assert (folder / "SHA256SUMS").read_bytes() == first


def test_an_interrupted_archive_has_no_checksums(files, archive, monkeypatch):
    """Not those of an earlier archive: an archive with checksums is complete."""
    _, folder = archive(files.values())
    write = storage.write

    def interrupted(path, content):
        write(path, content)
        raise KeyboardInterrupt

    monkeypatch.setattr(storage, "write", interrupted)
    status, _ = archive(files.values())
    assert status == 130 and not (folder / "SHA256SUMS").exists()


def test_missing_phases_are_named(files, archive, caplog):
    del files["phases", "rba", 1]
    status, folder = archive(files.values())
    assert status == 1 and not (folder / "SHA256SUMS").exists()
    assert "burgers, seed 1: expected a phases file" in caplog.text


def test_a_file_of_no_archived_kind_is_named(files, archive, tmp_path, caplog):
    other = tmp_path / "reference.h5"
    storage.write(other, Content("reference", {}, {"settings": {}}))
    status, folder = archive([*files.values(), other])
    assert status == 1 and not folder.exists()
    assert f"{other}: expected one of run" in caplog.text


def test_another_name_for_the_checksums_is_refused(config, tmp_path, caplog):
    settings = load_scales(config)["smoke"].model_dump_json()
    options = ["--settings", settings, "--inputs", "run.h5", "--output", str(tmp_path / "archive")]
    assert main(["archive", *options]) == 2
    assert "--output" in caplog.text and "expected FOLDER/SHA256SUMS" in caplog.text
