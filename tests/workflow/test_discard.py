"""A finished run is not repeated, and the output ends with a note; `discard` removes the run."""

import shutil

from pinn_phases.__main__ import main
from tests.processes import snakemake

RUN = "results/smoke/runs/burgers/rba/seed0.h5"
TARGET = ("--config", "scale=smoke", "--", RUN)


def test_a_finished_run_gives_a_note_until_it_is_discarded(finished, tmp_path, monkeypatch):
    folder = tmp_path / "copy"
    shutil.copytree(finished, folder)
    log = folder / RUN.replace("/runs/", "/logs/runs/").replace(".h5", ".log")

    def call(*options):
        done = snakemake(folder, "--cores", "1", *options, *TARGET)
        assert done.returncode == 0, done.stdout
        notes = [line for line in done.stdout.splitlines() if line.startswith("note: ")]
        return notes[1:], log.read_text()  # the first comes from the training

    (note,), said = call("--force")
    assert "continues after iteration 40" in said
    assert note.startswith("note: nothing was left to train") and note.endswith("(1 training)")
    monkeypatch.chdir(folder)
    assert main(["discard", RUN]) == 0
    notes, said = call()
    assert notes == [] and "continues after" not in said
