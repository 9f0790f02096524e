"""Each note in the logs of trainings is repeated once at the end of a call."""

import os

from pinn_phases.jobs.notes import notes


def test_each_note_is_reported_once_with_its_number_of_trainings(tmp_path):
    said = {
        "seed0": "rba: done\nnote: slow\nnote: slow\n",
        "seed1": "note: slow\nnote: nothing was left to train\n",
        "seed2": "a note: this is none\n",
        "seed3": "note: of an earlier call\n",
    }
    for seed, text in said.items():
        log = tmp_path / f"smoke/logs/runs/burgers/rba/{seed}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text)
        os.utime(log, (100.0, 50.0 if seed == "seed3" else 100.0))
    assert notes(tmp_path, since=90.0) == [
        "note: slow (2 trainings)",
        "note: nothing was left to train (1 training)",
    ]
    assert notes(tmp_path / "nowhere", since=0.0) == []
