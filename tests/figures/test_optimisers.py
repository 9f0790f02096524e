"""Figure S.4, optimisers other than Adam, drawn from synthetic files."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from pinn_phases.analysis.term_curves import alignment_curve
from pinn_phases.figures import figS4
from pinn_phases.figures.base import Material, requirement
from pinn_phases.figures.drawing import listing, style
from pinn_phases.files.storage import Content
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.scales import load_scales

SETTINGS = FigureSettings(smoothing=1, phases_of="rba")
ERRORS = {"adam": 0.3, "soap": 0.1, "lbfgs": 0.02}
STARTS = {"adam": 4000.0, "soap": 2000.0, "lbfgs": None}
SECONDS = {"adam": 0.06, "soap": 0.12, "lbfgs": 0.3}  # per iteration
SIX = [
    f"{method}{optimiser}" for optimiser in ("", "-soap", "-lbfgs") for method in ("vanilla", "rba")
]


def make_files(problem, method, seed=0, **attributes):
    """Run and phases of a training whose numbers depend on its optimiser."""
    optimiser = method.partition("-")[2] or "adam"
    last = 3000 if optimiser == "lbfgs" else 10_000
    at = np.unique(np.round(np.logspace(0, np.log10(last), 120))).astype(int)
    settings = {"scale": "test", "problem": problem, "method": method, "seed": seed}
    settings["training"] = {"iterations": last, "points": 500}
    execution = {"device": "CPU", "wall_seconds": SECONDS[optimiser] * last, "resumed_after": 0}
    about = {"settings": settings, "execution": execution} | attributes
    run = {
        "history/iteration": at,
        "history/relative_l2": np.full(len(at), ERRORS[optimiser] * (1 + seed / 10)),
        "history/snr": np.full(len(at), 10 * ERRORS[optimiser]),
        "history/loss_pde": np.ones(len(at)),
        "history/loss_boundary": np.ones(len(at)),
        "history/alignment": np.full(len(at), ERRORS[optimiser] - 1),
    }
    start = STARTS[optimiser]
    found = {
        "diffusion": {"iteration": 50.0},
        "total_diffusion": {"iteration": start} if start else None,
    }
    return [Content("run", run, about), Content("phases", {}, about | found)]


def material(problems=("allen_cahn", "helmholtz"), methods=SIX, seeds=(0, 1, 2)):
    """Files of these trainings."""
    each = (make_files(p, m, s) for p in problems for m in methods for s in seeds)
    return Material(tuple(part for files in each for part in files))


def draw(*arguments, **options):
    """Figure of such trainings."""
    return figS4.draw(material(*arguments, **options), SETTINGS)


def lines(axes):
    """Lines of the optimisers, in their order."""
    looks = style.optimiser_looks(list(ERRORS))
    by_colour = {to_hex(x.get_color()): x for x in axes.get_lines() if len(x.get_xdata()) > 2}
    return [by_colour[to_hex(one["color"])] for one in looks.values()]


@pytest.fixture(autouse=True)
def set_style():
    """Set the style as the command does."""
    style.set_style()


def test_a_column_shows_every_optimiser(assert_legible):
    figure = draw()
    assert len(figure.axes) == 4 * 5
    assert [axes.get_title() for axes in figure.axes[::5]] == [
        *("Allen-Cahn, Vanilla", "Allen-Cahn, RBA", "Helmholtz, Vanilla", "Helmholtz, RBA")
    ]
    error, snr, _, alignment, over_time = figure.axes[:5]
    for line, value in zip(lines(error), ERRORS.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), 1.1 * value)  # the median of three seeds
    for line, value in zip(lines(snr), ERRORS.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), 10 * value)
    for line, value in zip(lines(alignment), ERRORS.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), value - 1)
    minutes = [line.get_xdata()[-1] for line in lines(over_time)]
    np.testing.assert_allclose(minutes, [10, 20, 15])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Adam", "SOAP", "L-BFGS"]
    assert_legible(figure)


def test_a_bar_shows_the_phases_of_each_optimiser():
    bars = draw().axes[2]
    ticks = sorted({(line.get_xdata()[0], line.get_ydata()[0]) for line in bars.get_lines()})
    assert ticks == [(2000.0, 1 - 0.42), (4000.0, -0.42)]  # SOAP's row and Adam's
    assert [label.get_text() for label in bars.get_yticklabels()] == ["Adam", "SOAP", "L-BFGS"]


def test_all_four_problems_are_in_two_blocks(assert_legible):
    figure = draw(("allen_cahn", "helmholtz", "burgers", "cavity"), seeds=(0,))
    assert len(figure.axes) == 8 * 5
    assert_legible(figure)


def test_one_method_with_two_optimisers_is_enough(assert_legible):
    assert_legible(draw(("burgers",), ("rba", "rba-soap"), (0,)))


def test_unknown_times_are_not_drawn():
    unknown = {"device": None, "wall_seconds": None, "resumed_after": None}
    files = [
        *make_files("burgers", "rba", execution=unknown),
        *make_files("burgers", "rba-soap"),
    ]
    over_time = figS4.draw(Material(tuple(files)), SETTINGS).axes[4]
    assert len(over_time.get_lines()) == 1


def test_the_alignment_of_older_runs_is_the_cosine_of_two_terms():
    run = make_files("burgers", "rba")[0].arrays
    score = run.pop("history/alignment")
    assert alignment_curve(run) is None
    run["history/cosine"] = score
    assert alignment_curve(run)["alignment"] is score
    assert alignment_curve(run | {"history/loss_initial": score}) is None


def test_the_figure_needs_several_optimisers(config):
    needed = requirement("figS4")
    assert not needed.is_met_by(load_scales(config)["laptop"])
    given = {"compared_methods": ["rba", "rba-soap"]}
    settings = load_scales(config, {}, given)["laptop"]
    assert needed.is_met_by(settings)
    assert listing.labels("figS4", settings)["methods"] == "RBA, RBA with SOAP"
