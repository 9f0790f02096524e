"""Figure 2, drawn from synthetic files."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from pinn_phases.figures import fig2
from pinn_phases.figures.base import Material
from pinn_phases.figures.drawing import style
from pinn_phases.files.storage import Content
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.scales import load_scales

SETTINGS = FigureSettings.model_construct(smoothing=10, phases_of="rba")
NAMES = ["Fitting", "Diffusion", "Total diffusion", "Late decrease"]


def make_files(
    seed,
    total_diffusion=1000.0,
    diffusion=100.0,
    late_decrease=None,
    problem="allen_cahn",
    method="rba",
):
    """A run whose SNR falls, levels off and rises, and its phases."""
    iteration = np.arange(1, 10_001)
    snr = (1 + seed) * np.where(iteration < 1000, 1e4 / iteration**2 + 0.1, 2.0)
    settings = {
        "scale": "test",
        "problem": problem,
        "method": method,
        "seed": seed,
        "training": {"iterations": 10_000, "points": 30},
    }
    starts = {
        "diffusion": diffusion,
        "total_diffusion": total_diffusion,
        "late_decrease": late_decrease,
    }
    phases = {name: None if at is None else {"iteration": at} for name, at in starts.items()}
    run = {"history/iteration": iteration, "history/snr": snr}
    return [
        Content("run", run, {"settings": settings}),
        Content("phases", {}, {"settings": settings, **phases}),
    ]


WITH_CONDITIONS = [f"{name}\n{text}" for name, text in fig2.CONDITIONS.items()]


@pytest.fixture(autouse=True)
def set_style():
    """Set the style as the command does."""
    style.set_style()


def words(axes):
    """All texts in and around the axes."""
    return [text.get_text() for text in axes.texts]


def test_shows_a_single_smoothed_run(in_bins):
    figure = fig2.draw(Material((*make_files(1, 3000.0), *make_files(0))), SETTINGS)
    (axes,) = figure.axes
    curve = axes.get_lines()[0]
    snr = make_files(0)[0].arrays["history/snr"]
    at = make_files(0)[0].arrays["history/iteration"]
    smooth = np.array([snr[max(0, i - 10) : i].mean() for i in range(1, len(snr) + 1)])
    for shown, expected in zip(curve.get_data(), in_bins(at, smooth), strict=True):
        np.testing.assert_allclose(shown, expected, rtol=1e-13)  # rounding errors
    assert len(axes.patches) == 3 and "seed 0" in figure.texts[0].get_text()
    dashed = [x.get_xdata()[0] for x in axes.get_lines() if x.get_linestyle() == "--"]
    assert dashed == [100.0, 1000.0]


def test_shows_the_first_run_with_all_phases_of_the_chosen_method():
    runs = [
        *make_files(0),
        *make_files(1, total_diffusion=None),
        *make_files(0, late_decrease=5000.0, method="vanilla"),
        *make_files(1, late_decrease=5000.0, problem="helmholtz"),
        *make_files(2, late_decrease=5000.0, problem="helmholtz"),
    ]
    of_all = fig2.draw(Material(tuple(runs)), SETTINGS)
    assert of_all.axes[0].get_title("left") == "Helmholtz, RBA, seed 1"
    assert "no run has" not in of_all.texts[0].get_text()
    of_some = fig2.draw(Material(tuple(runs[:4])), SETTINGS)
    assert of_some.axes[0].get_title("left") == "Allen-Cahn, RBA, seed 0"
    print_of_some = of_some.texts[0].get_text()
    assert "no run has all phases; not found in this one: late decrease" in print_of_some


def test_one_of_its_problems_is_enough():
    config = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
    settings = load_scales(config)["laptop"]
    alone = settings.model_copy(
        update={"problems": {"allen_cahn": settings.problems["allen_cahn"]}}
    )
    other = settings.model_copy(update={"problems": {"burgers": settings.problems["burgers"]}})
    assert fig2.REQUIREMENT.is_met_by(alone) and not fig2.REQUIREMENT.is_met_by(other)


def test_names_regimes_conditions_and_sides_of_snr_1(assert_legible):
    figure = fig2.draw(Material(tuple(make_files(0, late_decrease=4000.0))), SETTINGS)
    (axes,) = figure.axes
    assert words(axes) == [*WITH_CONDITIONS, "deterministic", "stochastic"]
    dotted = [x.get_ydata()[0] for x in axes.get_lines() if x.get_linestyle() == ":"]
    assert dotted == [1]
    assert_legible(figure)
    above, below = (t.get_window_extent() for t in axes.texts[-2:])
    (one,) = {axes.transData.transform((1, 1))[1]}
    assert below.y1 < one < above.y0


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        (
            {"total_diffusion": None},
            [WITH_CONDITIONS[0], "total diffusion not found\nAfter fitting"],
        ),
        ({"total_diffusion": None, "diffusion": None}, ["No phase found"]),
        ({"diffusion": 1.0}, WITH_CONDITIONS[1:3]),
    ],
    ids=["no total diffusion", "no diffusion", "no fitting"],
)
def test_names_only_known_phases(starts, expected):
    (axes,) = fig2.draw(Material(tuple(make_files(0, **starts))), SETTINGS).axes
    assert words(axes)[:-2] == expected
