"""Arithmetic and processes of the comparison."""

import pytest

from benchmarks.compare import compare, summary
from benchmarks.processes import EngineProcess
from benchmarks.ratios import pairwise, slope, spread
from benchmarks.sizes import COEFFICIENTS, from_config, resized
from tests.benchmarks.conftest import small_settings


def test_spread():
    assert spread([3.0, 1.0, 2.0, 10.0]) == {"median": 2.5, "lowest": 1.0, "highest": 10.0}


def test_ratios_are_taken_pair_by_pair():
    """A machine that is ten times slower in one round does not show in the ratios."""
    assert pairwise([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == {
        "median": 2.0,
        "lowest": 2.0,
        "highest": 3.0,
    }


def test_ratios_need_series_of_equal_length():
    with pytest.raises(ValueError, match="shorter"):
        pairwise([1.0, 2.0], [1.0])


def test_slope_on_logarithmic_axes():
    assert slope([1, 2, 4], [3.0, 12.0, 48.0]) == pytest.approx(2.0, abs=1e-12)


def test_summary_compares_with_ours():
    report = summary({"ours": [1.0, 2.0], "nested": [3.0, 8.0]})
    assert report["ours"]["ratio"] == {"median": 1.0, "lowest": 1.0, "highest": 1.0}
    assert report["nested"]["ratio"] == {"median": 3.5, "lowest": 3.0, "highest": 4.0}
    assert report["nested"]["rounds"] == [3.0, 8.0]


def test_sizes_are_those_of_the_scale_and_the_rest_is_the_papers():
    paper, laptop = (from_config("allen_cahn", scale).training for scale in ("paper", "laptop"))
    assert (paper.points, paper.batches, paper.network.width) == (25600, 100, 128)
    assert (laptop.points, laptop.batches, laptop.network.width) == (4000, 16, 64)
    assert laptop.network.ansatz == paper.network.ansatz == "plain"
    assert laptop.conditions == paper.conditions


def test_sizes_can_be_changed():
    settings = resized(from_config("allen_cahn", "paper"), points=1200, width=32)
    assert (settings.training.points, settings.training.network.width) == (1200, 32)
    assert settings.equation.model_dump() == {**COEFFICIENTS["allen_cahn"], "reaction": 5.0}


@pytest.mark.usefixtures("fast_starts")
def test_engines_are_compared_in_separate_processes():
    report = compare(
        small_settings("burgers"), ["ours", "nested"], {}, threads=1, rounds=2, iterations=1
    )
    assert report["engines"].keys() == {"ours", "nested"}
    for engine in report["engines"].values():
        assert engine["residual_error"] < 1e-5
        assert engine["seconds"]["lowest"] > 0 and engine["peak_memory_mb"] > 0
        assert len(engine["rounds"]) == 2


@pytest.mark.usefixtures("fast_starts")
def test_the_error_of_a_failed_engine_is_shown(tmp_path):
    with pytest.raises(RuntimeError, match=r"engine nested failed:(.|\n)*FileNotFoundError"):
        EngineProcess("nested", tmp_path / "absent.npz", tmp_path, threads=1)
