"""Figure S.3, the terms of the loss, drawn from synthetic files."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from pinn_phases.figures import figS3
from pinn_phases.figures.base import Material, requirement
from pinn_phases.figures.drawing import listing, style
from pinn_phases.files.storage import Content
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.scales import load_scales

SETTINGS = FigureSettings(smoothing=1, phases_of="rba")
AT = np.unique(np.round(np.logspace(0, 4, 150))).astype(int)
SNAPSHOTS = AT[::3]
COSINE = np.where((SNAPSHOTS > 50) & (SNAPSHOTS < 2000), -1.0, 0.5)


def make_files(problem, method, seed=0, at=SNAPSHOTS, recorded=False):
    """Run, phases and terms of a training whose terms oppose each other from 50 to 2,000."""
    training = {"iterations": 10_000, "points": 500}
    settings = {"scale": "test", "problem": problem, "method": method, "seed": seed}
    attributes = {"settings": settings | {"training": training}}
    ones = np.ones(len(at))
    terms = {
        "cosine": np.interp(at, SNAPSHOTS, COSINE),
        "snr": 2 * ones,
        "snr_residual": (5.0 + seed) * ones,
        "gradient_std": 0.1 * ones,
        "gradient_conditions": 0.3 * ones,
    }
    run = {
        "history/iteration": AT,
        **{f"history/{name}": 2.0 + 0 * AT for name in ("snr", "gradient_mean", "gradient_std")},
    }
    if recorded:
        run |= {f"history/{name}": np.full(AT.size, 7.0) for name in terms}
    starts = {"diffusion": {"iteration": 50.0}, "total_diffusion": {"iteration": 2000.0}}
    return [
        Content("run", run, attributes),
        Content("phases", {}, attributes | starts),
        Content(
            "terms", {"iterations": at} | {f"terms/{k}": v for k, v in terms.items()}, attributes
        ),
    ]


def draw(*trainings):
    """Figure of such trainings."""
    return figS3.draw(Material(tuple(part for one in trainings for part in one)), SETTINGS)


def line(axes, name):
    """Curve of one term in a panel."""
    colour = to_hex(style.TERMS[name]["color"])
    (found,) = (
        x for x in axes.get_lines() if to_hex(x.get_color()) == colour and len(x.get_xdata()) > 2
    )
    return found


@pytest.fixture(autouse=True)
def set_style():
    """Set the style as the command does."""
    style.set_style()


def test_a_column_shows_snr_cosine_and_norms(assert_legible):
    figure = draw(make_files("allen_cahn", "vanilla"), make_files("allen_cahn", "rba"))
    assert len(figure.axes) == 6
    assert [axes.get_title() for axes in figure.axes[::3]] == [
        "Allen-Cahn, Vanilla",
        "Allen-Cahn, RBA",
    ]
    above, middle, below = figure.axes[:3]
    np.testing.assert_array_equal(line(above, "residual").get_ydata(), 5.0)
    np.testing.assert_array_equal(line(above, "total").get_ydata(), 2.0)
    np.testing.assert_array_equal(line(middle, "cosine").get_ydata(), COSINE)
    np.testing.assert_allclose(line(below, "conditions").get_ydata(), 0.3)
    np.testing.assert_allclose(line(below, "residual").get_ydata(), 0.5)
    assert above.get_yscale() == below.get_yscale() == "log" != middle.get_yscale()
    assert_legible(figure)


def shaded(axes):
    """First and last iteration of the shading."""
    (path,) = (p for c in axes.collections for p in c.get_paths())
    return path.vertices[:, 0].min(), path.vertices[:, 0].max()


def test_the_standoff_and_its_end_are_shaded():
    middle = draw(make_files("burgers", "rba")).axes[1]
    opposed = SNAPSHOTS[COSINE < -0.9]
    assert shaded(middle) == (opposed[0], opposed[-1])


def test_all_problems_are_legible_with_two_and_three_methods(assert_legible):
    for methods in (("vanilla", "rba"), ("vanilla", "rba", "sa")):
        trainings = [make_files(p, m) for p in figS3.REQUIREMENT.problems for m in methods]
        figure = draw(*trainings)
        assert len(figure.axes) == 3 * len(trainings)
        assert_legible(figure)


def test_recorded_terms_are_shown_if_the_history_has_them():
    middle = draw(make_files("cavity", "rba", recorded=True)).axes[1]
    cosine = line(middle, "cosine")
    assert len(cosine.get_xdata()) > len(SNAPSHOTS)
    np.testing.assert_array_equal(cosine.get_ydata(), 7.0)


def test_the_median_of_several_seeds_is_shown():
    above = draw(*(make_files("helmholtz", "rba", seed) for seed in (0, 1, 2))).axes[0]
    np.testing.assert_array_equal(line(above, "residual").get_ydata(), 6.0)


def test_few_snapshots_at_different_iterations_are_dots():
    trainings = [
        make_files("helmholtz", "rba", s, at=np.array([10, 100 * (s + 1), 9000])) for s in (0, 1)
    ]
    above = draw(*trainings).axes[0]
    dots = [x for x in above.get_lines() if x.get_marker() == "o"]
    assert [x.get_xdata().tolist() for x in dots] == [[10, 100, 9000], [10, 200, 9000]]
    assert all(x.get_linestyle() == "None" for x in dots)


def test_a_scale_with_some_of_the_problems_has_the_figure(config, monkeypatch):
    settings = load_scales(config)["smoke"]
    problems = {name: settings.problems[name] for name in ("allen_cahn",)}
    some = settings.model_copy(update={"problems": problems})
    assert requirement("figS3").is_met_by(some) and requirement("figS3").is_met_by(settings)
    assert listing.labels("figS3", some)["benchmark"] == "Allen-Cahn"
    monkeypatch.setattr(listing, "names", lambda _: requirement("figS3").problems)
    assert listing.labels("figS3", settings)["benchmark"] == "all"
    none = settings.model_copy(update={"problems": {}})
    assert not requirement("figS3").is_met_by(none)
