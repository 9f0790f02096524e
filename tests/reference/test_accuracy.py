"""References that are not accurate enough are rejected, with one line that says what to change."""

import json
import warnings

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.files import storage
from pinn_phases.grids import relative_l2
from pinn_phases.problems.burgers import Burgers
from pinn_phases.reference.base import ReferenceSolution, require_accurate
from pinn_phases.reference.burgers import BurgersReference
from pinn_phases.reference.cavity import MOST_MODES, CavityReference

AXES = {"x": np.linspace(0.0, 1.0, 5)}
EVOLUTION = {"grid": {"t": 6, "x": 33}, "largest_error": 1e-5, "modes": 128, "steps": 50}
CAVITY = {"grid": {"x": 17, "y": 17}, "largest_error": 1e-5, "modes": 16}


def solution_with(value=1.0, **estimate):
    """Return a solution that has this value at one point, and 1 at the others."""
    u = np.array([1.0, 1.0, value, 1.0, 1.0])
    return ReferenceSolution(("x",), AXES, {"u": u}, "synthetic", {}, estimate)


def error_line(arguments, caplog) -> str:
    """Run a command that fails, and return its error message, which must be a single line."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert main([str(argument) for argument in arguments]) == 1
    (record,) = caplog.records
    (line,) = record.getMessage().splitlines()
    assert record.exc_info is None
    return line


@pytest.mark.parametrize(
    ("problem", "equation", "solver", "parts"),
    [
        # A front of width 2e-5 on a grid of 1/64.
        (
            "burgers",
            {"viscosity": 1e-5},
            EVOLUTION | {"steps": 400},
            ["error estimate, relative_l2", "largest_error = 1.0e-05", "modes or reference.steps"],
        ),
        # The steps are a hundred times the time scale of the reaction.
        (
            "allen_cahn",
            {"diffusion": 1e-4, "reaction": 5e3},
            EVOLUTION,
            ["not finite (u)", "raise reference.modes or reference.steps"],
        ),
        # The velocity of the lid rises within a hundredth of its length.
        (
            "cavity",
            {"reynolds": 100.0, "lid_width": 0.01},
            CAVITY,
            ["error estimate, relative_l2", "raise reference.modes (at most 85)", "lid_width"],
        ),
        (
            "cavity",
            {"reynolds": 1e6, "lid_width": 0.125},
            CAVITY,
            ["Reynolds number 1e+06 on 16 modes", "lower equation.reynolds"],
        ),
        # Every point of the grid is a zero of the solution.
        (
            "helmholtz",
            {"a1": 4, "a2": 4, "k": 1.0},
            {"grid": {"x": 9, "y": 9}, "largest_error": 1e-5},
            ["error estimate, relative_l2", "choose a reference.grid"],
        ),
    ],
)
def test_an_inaccurate_reference_is_rejected(problem, equation, solver, parts, tmp_path, caplog):
    text = json.dumps({"problem": problem, "equation": equation, "solver": solver})
    output = tmp_path / "reference.h5"
    line = error_line(("reference", "--settings", text, "--output", output), caplog)
    assert line.startswith(f"error: {problem}: ")
    assert all(part in line for part in parts), line
    assert not output.exists()


def test_the_error_limit_comes_from_the_settings(tmp_path, caplog):
    """The solver of Burgers' equation estimates an error of 6e-6 here."""
    settings = {"problem": "burgers", "equation": {"viscosity": 0.02}}
    output = tmp_path / "reference.h5"
    for limit, status in ((1e-6, 1), (1e-5, 0)):
        text = json.dumps(settings | {"solver": EVOLUTION | {"largest_error": limit}})
        assert main(["reference", "--settings", text, "--output", str(output)]) == status
        assert output.exists() == (status == 0)
    estimate = storage.read(output, "reference").attributes["error_estimate"]
    assert 1e-6 < max(estimate.values()) < 1e-5


def test_accurate_solutions_are_accepted():
    require_accurate(solution_with(relative_l2=1e-6, relative_l2_other=1e-5), 1e-5)


@pytest.mark.parametrize(
    ("solution", "message"),
    [
        (solution_with(np.nan, relative_l2=1e-9), r"not finite \(u\)"),
        (solution_with(np.inf, relative_l2=1e-9), r"not finite \(u\)"),
        (solution_with(), "made no estimate"),
        (solution_with(relative_l2=np.nan), "relative_l2 = nan"),
        (solution_with(relative_l2=np.inf), "relative_l2 = inf"),
        (solution_with(relative_l2=1.1e-5), "relative_l2 = 1.1e-05"),
        (solution_with(relative_l2=1e-9, relative_l2_exact=2e-5), "relative_l2_exact = 2.0e-05"),
        (solution_with(relative_l2=2e-5, relative_l2_exact=np.nan), "relative_l2_exact = nan"),
    ],
)
def test_every_error_measure_is_checked(solution, message):
    with pytest.raises(ArithmeticError, match=message):
        require_accurate(solution, 1e-5)


@pytest.mark.parametrize(
    "fault", [np.linalg.LinAlgError("singular matrix"), FloatingPointError("overflow")]
)
def test_errors_of_linear_algebra_name_the_settings_to_change(fault, monkeypatch):
    def failing(*_):
        raise fault

    monkeypatch.setattr(BurgersReference, "solve", failing)
    with pytest.raises(ArithmeticError, match=f"{fault}; raise reference.modes or"):
        BurgersReference(**EVOLUTION).solve_accurately(Burgers(viscosity=0.01))


def test_an_error_relative_to_zero_is_rejected():
    with pytest.raises(ArithmeticError, match="the reference is zero on the grid"):
        relative_l2(np.ones(3), np.zeros(3))


def test_more_modes_are_not_suggested_beyond_the_maximum():
    remedy = CavityReference(**CAVITY | {"modes": MOST_MODES}).remedy
    assert "raise reference.modes" not in remedy and "lower equation.reynolds" in remedy


def test_memory_and_time_depend_on_the_resolution():
    """Measured: 0.2, 0.8, 1.8 and 2.2 GB, and up to 2 minutes."""
    solvers = {modes: CavityReference(**CAVITY | {"modes": modes}) for modes in (40, 64, 80, 85)}
    for modes, measured in {40: 209, 64: 794, 80: 1783, 85: 2205}.items():
        assert measured < solvers[modes].memory_mb < measured + 500
    assert solvers[40].runtime_minutes == 10 < solvers[80].runtime_minutes
    few, many = (BurgersReference(**EVOLUTION | {"modes": m}) for m in (128, 2**18))
    assert few.memory_mb < many.memory_mb
