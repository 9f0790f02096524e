"""Figure 2, drawn from made files."""

import numpy as np
import pytest

from pinn_phases.figures import fig2, style
from pinn_phases.figures.base import FigureSettings, Material
from pinn_phases.storage import Content

SETTINGS = FigureSettings.model_construct(smoothing=10, phases_of="rba")
NAMES = list(style.PHASE_SHADES)


def made(seed, total_diffusion=1000.0, diffusion=100.0):
    """A run that falls, stays and rises, and its phases."""
    iteration = np.arange(1, 10_001)
    snr = (1 + seed) * np.where(iteration < 1000, 1e4 / iteration**2 + 0.1, 2.0)
    settings = {
        "scale": "test",
        "problem": "allen_cahn",
        "method": "rba",
        "seed": seed,
        "training": {"iterations": 10_000, "points": 30},
    }
    starts = {"diffusion": diffusion, "total_diffusion": total_diffusion}
    phases = {name: None if at is None else {"iteration": at} for name, at in starts.items()}
    run = {"history/iteration": iteration, "history/snr": snr}
    return [
        Content("run", run, {"settings": settings}),
        Content("phases", {}, {"settings": settings, **phases}),
    ]


@pytest.fixture(autouse=True)
def looks():
    """Draw as the command does."""
    style.set_style()


def words(axes):
    """All words in and around the axes."""
    return [text.get_text() for text in axes.texts]


def test_shows_the_first_seed_alone_smoothed():
    figure = fig2.draw(Material((*made(1, 3000.0), *made(0))), SETTINGS)
    (axes,) = figure.axes
    curve = axes.get_lines()[0]
    snr = made(0)[0].arrays["history/snr"]
    at = curve.get_xdata()[-1]
    # The mean of ten equal numbers, up to rounding.
    np.testing.assert_allclose(curve.get_ydata()[-1], snr[at - 10 : at].mean(), rtol=1e-14)
    assert len(axes.patches) == 3 and "seed 0;" in figure.texts[0].get_text()
    dashed = [x.get_xdata()[0] for x in axes.get_lines() if x.get_linestyle() == "--"]
    assert dashed == [100.0, 1000.0]


def test_names_regimes_conditions_and_sides_of_one(assert_legible):
    figure = fig2.draw(Material(tuple(made(0))), SETTINGS)
    (axes,) = figure.axes
    assert words(axes) == [*NAMES, *fig2.CONDITIONS, "deterministic", "stochastic"]
    dotted = [x.get_ydata()[0] for x in axes.get_lines() if x.get_linestyle() == ":"]
    assert dotted == [1]
    assert_legible(figure)
    above, below = (t.get_window_extent() for t in axes.texts[-2:])
    (one,) = {axes.transData.transform((1, 1))[1]}
    assert below.y1 < one < above.y0


@pytest.mark.parametrize(
    ("starts", "shown"),
    [
        ({"total_diffusion": None}, (0, 1)),
        ({"total_diffusion": None, "diffusion": None}, (0,)),
        ({"diffusion": 1.0}, (1, 2)),
    ],
    ids=["no total diffusion", "no diffusion", "no fitting"],
)
def test_names_only_the_phases_that_are_reached(starts, shown):
    (axes,) = fig2.draw(Material(tuple(made(0, **starts))), SETTINGS).axes
    expected = [NAMES[i] for i in shown] + [fig2.CONDITIONS[i] for i in shown]
    assert words(axes)[:-2] == expected
