"""Figures of the hidden layers (11, 12, S.1), drawn from synthetic files."""

import numpy as np
import pytest

from pinn_phases.figures import fig11, fig12, figS1
from pinn_phases.figures.base import Material
from pinn_phases.figures.drawing import curves, phase_marks, style
from pinn_phases.files.storage import Content
from pinn_phases.settings.figures import FigureSettings

SETTINGS = FigureSettings(smoothing=10, phases_of="rba")
ITERATIONS = np.unique(np.round(10 ** np.arange(0, 4.01, 0.1))).astype(int)
LAYERS, NEURONS, POINTS = 6, 128, 25600
REACHED = {"diffusion": {"iteration": 100.0}, "total_diffusion": {"iteration": 1000.0}}
NOT_REACHED = REACHED | {"total_diffusion": None}


def make_information(method, seed, points=POINTS):
    """Return a file whose numbers differ by method, seed, layer and quantity."""
    growth = np.log10(ITERATIONS)[:, None] / 4 * np.arange(1, LAYERS + 1)  # (snapshots, layers)
    growth = growth * (1 + seed) / (2 if method == "vanilla" else 1)
    neurons = np.linspace(-3, 3, NEURONS) + seed
    order = np.random.default_rng(0).permutation(NEURONS)
    arrays = {
        "iterations": ITERATIONS,
        "information/relative": np.log2(points) - growth / 10,
        "information/fixed": np.log2(points) - growth / 5,
        "information/binary": growth / 20,
        "information/norm": 10 + growth,
        "activations/sample": np.tanh((1 + growth)[:, :, None] * neurons[order]),
        "points/sample": np.array([[0.25, -0.5]]),
    }
    settings = {
        "scale": "test",
        "problem": "allen_cahn",
        "method": method,
        "seed": seed,
        "training": {"iterations": int(ITERATIONS[-1]), "points": points},
    }
    attributes = {"settings": settings, "points": points, "information_settings": {"bins": 30}}
    return Content("information", arrays, attributes)


def material(seeds=(0, 1), phases=REACHED, **changes):
    """Two methods; vanilla's total diffusion starts later."""
    contents = []
    for method in ("vanilla", "rba"):
        for seed in seeds:
            information = make_information(method, seed, **changes)
            attributes = phases | {"settings": information.attributes["settings"]}
            if method == "vanilla" and attributes["total_diffusion"]:
                attributes["total_diffusion"] = {"iteration": 3000.0}
            contents += [information, Content("phases", {}, attributes)]
    return Material(tuple(contents))


@pytest.fixture(autouse=True)
def set_style():
    """Set the style as the command does."""
    style.set_style()


def layer_lines(axes):
    """Lines of layers, without marks."""
    return [line for line in axes.get_lines() if len(line.get_xdata()) > 2]


def lost(bits):
    """Bits missing from log2 n, at least the cost of one pair of points."""
    return np.maximum(np.log2(POINTS) - bits, 2 / POINTS)


def marks(axes, linestyle):
    """Lines of two points in this style; dashed: start of total diffusion."""
    return [
        x for x in axes.get_lines() if x.get_linestyle() == linestyle and len(x.get_xdata()) < 3
    ]


def test_figure_11_shows_three_quantities_of_each_layer_for_each_method(assert_legible):
    files = material()
    figure = fig11.draw(files, SETTINGS)
    panels = np.array(figure.axes[:6]).reshape(3, 2)
    assert [axes.get_title() for axes in panels[0]] == ["Allen-Cahn, RBA", "Allen-Cahn, Vanilla"]
    assert [axes.get_title("left") for axes in panels.flat] == [f"({c})" for c in "abcdef"]
    for row, name in zip(panels, ("relative", "binary", "norm"), strict=True):
        for axes, method in zip(row, ("rba", "vanilla"), strict=True):
            lines = layer_lines(axes)
            assert len(lines) == len(axes.collections) == LAYERS  # each with a range
            # The same colours as in Figure A.13, where the output layer comes last.
            assert [x.get_color() for x in lines] == style.layer_colours(LAYERS + 1)[:-1]
            both = [
                f.arrays[f"information/{name}"]
                for f in files.of("information", "allen_cahn", method)
            ]
            for layer, line in enumerate(lines):
                np.testing.assert_array_equal(line.get_xdata(), ITERATIONS)
                # Equal except that NumPy interpolates the median of two.
                expected = np.mean(both, axis=0)[:, layer]
                if name == "relative":
                    expected = lost(expected)
                # Subtracting 15 bits from about as many leaves rounding errors of 1e-15.
                np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-14, atol=1e-14)
            assert axes.get_xscale() == "log"
            assert axes.get_yscale() == ("log" if name == "relative" else "linear")
            assert axes.get_xlim() == (1, ITERATIONS[-1])
            starts = [line.get_xdata()[0] for line in marks(axes, "--")]
            assert starts == 2 * [1000.0 if method == "rba" else 3000.0]  # one for each seed
    assert_legible(figure)


def test_zero_loss_of_information_is_drawn_at_a_positive_value():
    files = material()
    for content in files.contents:
        if content.kind == "information":
            content.arrays["information/relative"][:] = np.log2(POINTS)
    figure = fig11.draw(files, SETTINGS)
    lower, upper = figure.axes[0].get_ylim()
    assert lower < 2 / POINTS < upper  # the cost of one pair of points
    assert "zero loss is drawn at 2/n" in figure.texts[-1].get_text().replace("\n", " ")


def test_saturation_has_the_range_of_the_data():
    lower, upper = fig11.draw(material(seeds=(0,)), SETTINGS).axes[2].get_ylim()
    assert lower == 0 and upper == pytest.approx(LAYERS / 20, rel=0.06)  # a margin of a twentieth


def test_figure_s1_shows_fixed_bins_below_relative_ones_on_the_same_axis(assert_legible):
    files = material(seeds=(0,))
    figure = figS1.draw(files, SETTINGS)
    panels = np.array(figure.axes[:4]).reshape(2, 2)
    assert len({axes.get_ylim() for axes in panels.flat}) == 1
    for row, name in zip(panels, ("relative", "fixed"), strict=True):
        expected = files.of("information", "allen_cahn", "rba")[0].arrays[f"information/{name}"]
        for layer, line in enumerate(layer_lines(row[0])):
            wanted = lost(expected[:, layer])
            np.testing.assert_allclose(line.get_ydata(), wanted, rtol=1e-14, atol=1e-14)  # as above
        assert [len(axes.collections) for axes in row] == [0, 0]  # one seed has no range
        assert f"{name} bins" in row[0].get_ylabel()
    assert_legible(figure)


def test_small_print_says_how_many_points_and_bins():
    for module in (fig11, figS1):
        text = module.draw(material(points=100), SETTINGS).texts[-1].get_text()
        assert "information: n = 100 points, 30 bins" in text


def test_snapshots_without_a_value_are_left_out():
    content = make_information("rba", 0)
    content.arrays["information/norm"][3:5, 1] = np.nan
    axes = fig12.Figure().add_subplot()
    curves.plot_snapshots(axes, [content, make_information("rba", 1)], "norm", layer=1)
    expected = np.delete(ITERATIONS, [3, 4])
    np.testing.assert_array_equal(axes.get_lines()[0].get_xdata(), expected)


def test_files_of_different_length_are_drawn_up_to_the_shortest():
    short = make_information("rba", 0)
    arrays = {name: values[:20] for name, values in short.arrays.items()}
    short = Content("information", arrays, short.attributes)
    axes = fig12.Figure().add_subplot()
    curves.plot_snapshots(axes, [make_information("rba", 1), short], "norm", layer=0)
    np.testing.assert_array_equal(axes.get_lines()[0].get_xdata(), ITERATIONS[:20])


def test_figure_12_shows_sorted_activations_in_both_phases(assert_legible):
    files = material()
    figure = fig12.draw(files, SETTINGS)
    panels = np.array(figure.axes).reshape(LAYERS, 2)
    assert [axes.get_title("left") for axes in panels[0]] == [
        # Half-way from 100 to 1,000 on a logarithmic axis.
        "(a)  Allen-Cahn, RBA, diffusion: iteration 316",
        "(b)  Allen-Cahn, RBA, total diffusion: iteration 3,162",
    ]
    stored = files.of("information", "allen_cahn", "rba")[0].arrays["activations/sample"]
    for column, iteration in enumerate((316, 3162)):
        snapshot = int(np.flatnonzero(ITERATIONS == iteration)[0])
        for layer, axes in enumerate(panels[:, column]):
            heights = axes.patches[0].get_data().values
            np.testing.assert_array_equal(heights, np.sort(stored[snapshot, layer]))
            assert axes.get_ylim() == (-1, 1)
            share = np.mean(np.abs(stored[snapshot, layer]) > fig12.SATURATED)
            assert f"{share:.0%}" in axes.texts[0].get_text()
    assert "t = 0.250, x = -0.500" in figure.texts[-1].get_text()
    assert_legible(figure)


def test_figure_12_does_not_name_an_unknown_phase(assert_legible):
    figure = fig12.draw(material(phases=NOT_REACHED), SETTINGS)
    for axes in figure.axes[:2]:
        assert "after fitting: iteration" in axes.get_title("left")
    assert_legible(figure)


def test_figures_6_and_12_name_the_same_phase_for_an_iteration():
    """Figure 12 shows the first seed, whose phases may differ from those of most seeds."""
    files = material(seeds=(0, 1, 2))
    phases = files.of("phases", "allen_cahn", "rba")
    phases[0].attributes["total_diffusion"] = {"iteration": 200.0}
    figure = fig12.draw(files, SETTINGS)
    for axes in figure.axes[:2]:
        name, iteration = axes.get_title("left").split(", ", 2)[2].split(": iteration ")
        at = float(iteration.replace(",", ""))
        (shaded,) = [s.name for s in phase_marks.spans(phases, 1e4) if s.start <= at < s.end]
        assert name == shaded.lower()


@pytest.mark.parametrize("module", [fig11, fig12, figS1])
def test_figures_need_files_of_layers_and_phases(module):
    assert module.REQUIREMENT.problems == ("allen_cahn",)
    assert module.REQUIREMENT.kinds == ("information", "phases")
    assert module.REQUIREMENT.one_method == (module is fig12)
