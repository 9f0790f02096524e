"""Figure S.2, our curves drawn over the authors', from synthetic files."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from pinn_phases.figures import figS2
from pinn_phases.figures.base import Material, requirement
from pinn_phases.figures.drawing import style
from pinn_phases.files.storage import Content
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.scales import load_scales

SETTINGS = FigureSettings(smoothing=10, phases_of="rba")
OUR_AT = np.unique(np.round(np.logspace(0, 4, 200))).astype(int)
THEIR_AT = np.arange(0, 30001, 100)
TITLES = ["Allen-Cahn, Vanilla", "Allen-Cahn, RBA", "Helmholtz, Vanilla", "Lid-driven cavity, RBA"]


def make_run(problem, method, seed, points):
    settings = {
        "scale": "test",
        "problem": problem,
        "method": method,
        "seed": seed,
        "training": {"iterations": 10000, "points": points},
    }
    arrays = {
        "history/iteration": OUR_AT,
        "history/relative_l2": (1 + seed) / OUR_AT**0.5,
        "history/snr": 100.0 / OUR_AT,
    }
    phases = {"diffusion": {"iteration": 100.0 + seed}, "total_diffusion": None}
    return [
        Content("run", arrays, {"settings": settings}),
        Content("phases", {}, {"settings": settings, **phases}),
    ]


def make_published(problem, method):
    settings = {"scale": "authors", "problem": problem, "method": method, "seed": 2341}
    paper = {"training": {"iterations": 30000, "points": 25600}}
    arrays = {
        "error/iteration": THEIR_AT,
        "error/relative_l2": 2 / (1 + THEIR_AT) ** 0.5,
        "gradients/iteration": THEIR_AT[1:],
        "gradients/snr": 50.0 / THEIR_AT[1:],
    }
    attributes = {
        "settings": settings,
        "drawn": {"diffusion": 150, "total_diffusion": 5000},
        "paper": paper,
        "source": "their/repository, MIT licence",
    }
    return Content("published", arrays, attributes)


def material(
    ours=figS2.REQUIREMENT.published, theirs=figS2.REQUIREMENT.published, seeds=(0,), points=25600
):
    """Runs and published curves of these pairs of problem and method."""
    contents = [part for pair in ours for seed in seeds for part in make_run(*pair, seed, points)]
    return Material((*contents, *(make_published(*pair) for pair in theirs)))


@pytest.fixture(autouse=True)
def set_style():
    """Set the style as the command does."""
    style.set_style()


def curves(axes):
    """Curves of a panel by colour, without marks."""
    return {to_hex(x.get_color()): x for x in axes.get_lines() if len(x.get_xdata()) > 2}


THEIRS = to_hex(style.PUBLISHED["color"])


def test_a_column_shows_error_and_snr_of_both_up_to_the_last_common_iteration(
    assert_legible, in_bins
):
    figure = figS2.draw(material(seeds=(0, 2)), SETTINGS)
    panels = np.array(figure.axes).reshape(2, 4)
    assert [axes.get_title() for axes in panels[0]] == TITLES
    colours = style.method_colours(["vanilla", "rba"])
    for (above, below), (_, method) in zip(panels.T, figS2.REQUIREMENT.published, strict=True):
        ours = to_hex(colours[method])
        assert curves(above).keys() == curves(below).keys() == {THEIRS, ours}
        error = curves(above)[THEIRS]
        valid = (THEIR_AT > 0) & (THEIR_AT <= 10000)
        at = THEIR_AT[valid]
        assert error.get_xdata()[[0, -1]].tolist() == [100, 10000]
        for shown, expected in zip(error.get_data(), in_bins(at, 2 / (1 + at) ** 0.5), strict=True):
            np.testing.assert_allclose(shown, expected, rtol=1e-14)
        median = curves(above)[ours]
        # Values in a bin differ by 3 %, so their median differs less from the value at its middle.
        np.testing.assert_allclose(median.get_ydata(), 2 / median.get_xdata() ** 0.5, rtol=0.03)
        assert len(above.collections) == 2  # ranges within bins: ours and theirs
        assert curves(above)[THEIRS].zorder <= median.zorder
        for axes in (above, below):
            assert axes.get_xscale() == axes.get_yscale() == "log"
            assert axes.get_xlim() == (1, 10000)
        assert below.get_xlabel() == "Iteration"
    assert panels[0, 0].get_ylabel() == r"Relative $L^2$ error"
    assert panels[1, 0].get_ylabel() == "SNR of the batch gradients"
    assert_legible(figure)


def test_both_snr_curves_are_averaged_over_equally_many_records():
    figure = figS2.draw(material(), SETTINGS)
    below = curves(figure.axes[4])
    theirs = below[THEIRS]
    first_ten = 50.0 / THEIR_AT[1:11]
    at = list(theirs.get_xdata())
    assert theirs.get_ydata()[at.index(1000)] == pytest.approx(first_ten.mean())
    ours = below[to_hex(style.method_colours(["vanilla"])["vanilla"])]
    last_ten = 100.0 / OUR_AT[-10:]
    assert ours.get_ydata()[-1] == pytest.approx(last_ten.mean())


def test_boundaries_differ_by_colour_line_style_and_height():
    figure = figS2.draw(material(seeds=(0, 2)), SETTINGS)
    for axes in np.array(figure.axes).reshape(2, 4)[:, 1]:
        marks = [x for x in axes.get_lines() if len(x.get_xdata()) == 2 and x.get_xdata()[0] > 0.5]
        found = {
            (x.get_xdata()[0], to_hex(x.get_color()), x.get_linestyle(), tuple(x.get_ydata()))
            for x in marks
            if x.get_xdata()[0] == x.get_xdata()[1]
        }
        rba = to_hex(style.method_colours(["rba"])["rba"])
        assert found == {
            (150, THEIRS, ":", (0.5, 1)),
            (5000, THEIRS, "--", (0.5, 1)),
            (101, rba, ":", (0, 0.5)),  # the median of 100 and 102
        }  # our total diffusion is not found


def test_pairs_that_one_side_lacks_are_left_out(assert_legible):
    pairs = figS2.REQUIREMENT.published
    figure = figS2.draw(material(ours=pairs[1:], theirs=pairs[:3]), SETTINGS)
    assert [axes.get_title() for axes in figure.axes[:2]] == TITLES[1:3]
    assert len(figure.axes) == 4
    assert_legible(figure)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == [
        *("published (authors)", "RBA (ours)", "Vanilla (ours)"),
        *("start of diffusion", "start of total diffusion"),
    ]


def test_a_single_column_is_legible(assert_legible):
    only = figS2.REQUIREMENT.published[:1]
    assert_legible(figS2.draw(material(ours=only, theirs=only, seeds=(0, 1, 2)), SETTINGS))


def test_labels_of_errors_within_one_decade_fit(assert_legible):
    """As in a run of a few iterations: minor ticks would be labelled 2 x 10^0."""
    files = material()
    for content in files.contents:
        for name, values in content.arrays.items():
            if name.endswith("relative_l2"):
                values[:] = np.linspace(0.7, 2.1, len(values))
    assert_legible(figS2.draw(files, SETTINGS))


@pytest.mark.parametrize(("points", "marked"), [(25600, False), (1600, True)])
def test_runs_of_other_sizes_are_marked_as_no_test(points, marked, assert_legible):
    figure = figS2.draw(material(points=points), SETTINGS)
    assert (figS2.NO_TEST in [text.get_text() for text in figure.texts]) is marked
    assert_legible(figure)


def test_the_small_print_names_the_source():
    (text,) = (t.get_text() for t in figS2.draw(material(), SETTINGS).texts)
    assert "authors' curves: their/repository, MIT licence" in text
    assert "Allen-Cahn 10,000 / 25,600" in text


def test_the_small_print_of_unfinished_trainings_fits(assert_legible):
    only = (("allen_cahn", "vanilla"), ("allen_cahn", "rba"))
    files = material(ours=only, theirs=only)
    for content in files.contents:
        source = "somebody/a-rather-long-name, MIT licence, (c) 2024 Somebody With-A-Long-Name"
        content.attributes.update({"source": source} if content.kind == "published" else {})
    for number, run in enumerate(files.runs()):
        run.attributes["settings"]["training"]["iterations"] = 300_000
        run.attributes["reached"] = 90_000 + number
    assert_legible(figS2.draw(files, SETTINGS))


# Requirements


def test_it_needs_only_runs_with_a_published_curve(config):
    settings = load_scales(config)["smoke"]
    runs = [file for file in requirement("figS2").files(settings) if file[0] == "runs"]
    assert [(problem, method) for _, problem, method, _ in runs] == list(
        figS2.REQUIREMENT.published
    )
    assert requirement("figS2").pairs(settings) == list(figS2.REQUIREMENT.published)


def test_a_scale_with_some_of_the_pairs_shows_those(config):
    config["compared_methods"] = ["rba"]
    settings = load_scales(config)["smoke"]
    assert requirement("figS2").pairs(settings) == [("allen_cahn", "rba"), ("cavity", "rba")]
    assert requirement("figS2").is_met_by(settings)


def test_a_scale_with_none_of_the_pairs_lacks_the_figure(config):
    config["compared_methods"] = ["sa"]
    config["figures"]["phases_of"] = "sa"
    settings = load_scales(config)["smoke"]
    assert list(requirement("figS2").files(settings)) == []
    assert not requirement("figS2").is_met_by(settings)
    assert requirement("fig6").is_met_by(settings)
    without = settings.model_copy(update={"problems": {"burgers": settings.problems["burgers"]}})
    assert requirement("fig8").is_met_by(without) and not requirement("fig6").is_met_by(without)
