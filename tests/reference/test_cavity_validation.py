"""The command that compares the cavity's solver with published values."""

import pytest

from pinn_phases.__main__ import main
from pinn_phases.commands.validate import require_agreement
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.reference.driven_cavity.extrema import BOTELLA_PEYRET, unit_lid
from pinn_phases.reference.driven_cavity.galerkin import DrivenCavity
from pinn_phases.reference.driven_cavity.profiles import (
    ProfileComparison,
    U,
    V,
    compare_profiles,
    tolerance,
)
from pinn_phases.reference.driven_cavity.stream_function import solve
from pinn_phases.reference.driven_cavity.validation import AtReynolds, ValueComparison

COARSE = ("validate", "--intervals", "32", "--reynolds", "1000")


def test_the_tables_of_published_values_are_printed_and_written(tmp_path, capsys):
    output = tmp_path / "below" / "table.txt"
    assert main([*COARSE, "--modes", "48", "--output", str(output)]) == 0
    tables = capsys.readouterr().out
    assert output.read_text() == tables
    extrema, profiles = (table.splitlines() for table in tables.split("\n\n"))
    assert len(extrema) == 1 + 4 + 5  # a header, four extrema, five coordinates
    assert len(profiles) == 1 + 4 + 5 + 5  # also difference and position for u and v, tolerance
    for name in BOTELLA_PEYRET:
        assert all(any(row.startswith(name) for row in table) for table in (extrema, profiles))


def test_extrema_that_differ_end_in_an_error(capsys, caplog):
    assert main([*COARSE, "--modes", "12"]) == 1
    assert "too far from the published values: smallest psi" in caplog.text
    assert capsys.readouterr().out  # the table shows which


def comparisons(ours=1.0, extrapolated=1.1, u=0.0, v=0.0):
    """One published value of 1.0, with 0.5 and 0.9 on the grids; one flow at Re = 1000."""
    published = dict.fromkeys(("botella_peyret", "ghia"), 1.0)
    value = ValueComparison(
        "psi", ours=ours, finite_differences=(0.5, 0.9, extrapolated), **published
    )
    return (value,), (AtReynolds(1000.0, {}, ProfileComparison(u, 0.1), ProfileComparison(v, 0.1)),)


def test_values_that_agree_are_accepted():
    require_agreement(*comparisons())
    require_agreement(*comparisons(ours=1.0005, extrapolated=1.35, u=1.2e-3, v=1.2e-3))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ours": 1.002}, "from the published values: psi$"),
        ({"u": 1.3e-3}, "from the published values: profiles at Reynolds number 1000$"),
        ({"v": 1.3e-3}, "from the published values: profiles at Reynolds number 1000$"),
        ({"extrapolated": 1.5}, "the two methods differ: psi$"),
    ],
)
def test_each_disagreement_ends_in_an_error(changes, message):
    with pytest.raises(Stopped, match=message):
        require_agreement(*comparisons(**changes))


def test_a_wrong_flow_is_far_from_the_published_velocities():
    """The tolerance detects a flow of another Reynolds number."""
    found = solve(DrivenCavity.with_corners(unit_lid), 1100.0, 40)
    assert all(one.difference > tolerance(1000.0) for one in compare_profiles(found, 1000.0))
    assert U.shape == V.shape == (21, 5)


def test_bad_reynolds_numbers_are_named(caplog):
    assert main(["validate", "--reynolds", "1000", "3000"]) == 2
    assert "setting --reynolds = 3000.0: expected one of 1000, 2500, 5000, 7500" in caplog.text


@pytest.mark.parametrize("option", ["--modes", "--intervals"])
def test_bad_options_are_named(option, caplog):
    assert main(["validate", option, "7"]) == 2
    assert f"setting {option} = 7: expected" in caplog.text
