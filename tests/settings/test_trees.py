"""Differences between two trees of settings."""

from pinn_phases.settings.trees import differences


def test_differences_leave_out_scale_seed_compilation_and_records():
    paper = {
        "scale": "paper",
        "seed": 0,
        "equation": {"a1": 6},
        "method_constants": {"rate": 1e-3},
        "training": {"points": 25600, "compiled": True, "record": {"every": 10}},
    }
    here = paper | {
        "scale": "laptop",
        "seed": 2,
        "equation": {"a1": 4},
        "training": {"points": 3200, "compiled": False, "record": {"every": 1}},
    }
    assert differences(paper, paper) == {}
    expected = {"equation.a1": (4, 6), "training.points": (3200, 25600)}
    assert differences(here, paper) == expected
