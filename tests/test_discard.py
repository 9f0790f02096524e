"""The command discard deletes runs with their checkpoints, and nothing else."""

from pathlib import Path

import pytest

from pinn_phases.__main__ import main

RUNS = Path("results/laptop/runs/burgers")
FILES = [
    RUNS / "rba/seed0.h5",
    RUNS / "rba/seed1.h5",
    RUNS / "rba/checkpoints/burgers-rba-seed0-0123456789ab.h5",
    RUNS / "rba/checkpoints/burgers-rba-seed0-0123456789ab.previous.h5",
    RUNS / "rba/checkpoints/burgers-rba-seed0-0123456789ab.shorter.h5",
    RUNS / "rba/checkpoints/burgers-rba-seed0-0123456789ab.h5.unusable",
    RUNS / "rba/checkpoints/burgers-rba-seed1-0123456789ab.h5",
    RUNS / "vanilla/seed0.h5",
    Path("results/laptop/phases/burgers/rba/seed0.h5"),
    Path("results/laptop/logs/runs/burgers/rba/seed0.log"),
    Path("archive/laptop/runs/burgers/rba/seed0.h5"),
    RUNS / "rba/notes.txt",
    RUNS / "rba-soap/seed0.h5",
    RUNS / "rba-soap/checkpoints/burgers-rba-soap-seed0-0123456789ab.h5",
]


@pytest.fixture
def remaining(tmp_path, monkeypatch):
    """Create the files in the working folder; return a function that lists the remaining ones."""
    monkeypatch.chdir(tmp_path)
    for path in FILES:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return lambda: [path for path in FILES if path.exists()]


@pytest.mark.parametrize(
    ("arguments", "removed"),
    [
        ([RUNS / "rba/seed0.h5"], [0, 2, 3, 4, 5]),
        ([RUNS / "rba/seed0.h5", RUNS / "rba/seed1.h5"], [0, 1, 2, 3, 4, 5, 6]),
        ([RUNS / "vanilla"], [7]),
        ([RUNS / "rba-soap/seed0.h5"], [12, 13]),
        (["results"], [0, 1, 2, 3, 4, 5, 6, 7, 12, 13]),
        (["."], [0, 1, 2, 3, 4, 5, 6, 7, 12, 13]),
        (["results", "--dry-run"], []),
    ],
)
def test_named_runs_are_removed(remaining, arguments, removed, capsys):
    assert main(["discard", *map(str, arguments)]) == 0
    assert remaining() == [path for i, path in enumerate(FILES) if i not in removed]
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == (10 if "--dry-run" in arguments else len(removed))


def test_checkpoints_without_their_run_are_removed(remaining):
    FILES[0].unlink()
    assert main(["discard", str(FILES[0])]) == 0
    assert not FILES[2].exists() and FILES[6].exists()


@pytest.mark.parametrize("place", ["archive", "nowhere", RUNS / "rba/seed7.h5", RUNS / "sa"])
def test_a_place_without_runs_is_refused_and_nothing_is_removed(remaining, place, caplog):
    assert main(["discard", "results", str(place)]) == 2
    assert remaining() == FILES
    assert f"setting RUN = {str(place)!r}: expected results/" in caplog.text
