"""The page of the phases: found by the search, and drawn by hand by the authors."""

from pinn_phases.__main__ import main
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.summary.boundaries import boundaries_page

SETTINGS = {"problem": "cavity", "method": "rba", "scale": "test", "seed": 3}
FOUND = {
    "diffusion": {"iteration": 120.0, "confidence": 0.5},
    "total_diffusion": None,
    "late_decrease": None,
    "candidates": [
        {"iteration": 400.0, "rise": 2.0, "confidence": 0.0, "reason": "fell back"},
        {"iteration": 9000.0, "rise": 0.3, "confidence": 0.8, "reason": "a random walk"},
    ],
}
PHASES = Content("phases", {}, {"settings": SETTINGS, **FOUND, "landmarks": {"weight_norm": 7.0}})
DRAWN = {"diffusion": 150, "total_diffusion": 20000}
PUBLISHED = Content("published", {}, {"settings": SETTINGS, "found": FOUND, "drawn": DRAWN})


def test_the_table_shows_found_and_drawn_boundaries_with_their_ratio():
    (table,) = boundaries_page([PUBLISHED, PHASES]).tables
    theirs, ours = table.rows
    assert theirs[1:4] == ("120, 0.50 (150: 0.80)", "not found (20,000)", "not found")
    assert ours[:3] == ("Lid-driven cavity, RBA, test, seed 3", "120, 0.50", "not found")
    assert ours[4] == "9,000, +0.3 decades: a random walk"
    assert ours[-3:] == ("–", "–", "7")


def test_a_run_is_refused(tmp_path, caplog):
    path = tmp_path / "run.h5"
    storage.write(path, Content("run", {}, {"settings": SETTINGS}))
    assert main(["boundaries", str(path)]) == 1
    assert "expected one of phases, published, found a run file" in caplog.text
