"""The table of the profile, from made-up times."""

from benchmarks.profile import ITERATIONS, table


def test_operations_are_added_up_by_kind_for_one_iteration():
    times = {"aten::mm": 20e3, "aten::baddbmm": 40e3, "graph_0_fused": 30e3, "aten::sum": 10e3}
    rows = table((name, ITERATIONS * time) for name, time in times.items()).splitlines()[2:]
    assert rows == [
        "| matrix products                 |   60 |     60% |",
        "| compiled elementwise operations |   30 |     30% |",
        "| all else                        |   10 |     10% |",
        "| in all                          |  100 |         |",
    ]
