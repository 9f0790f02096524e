"""Figures of training dynamics, drawn from synthetic files."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from pinn_phases.figures import fig6, fig9
from pinn_phases.figures.base import Material, figure_module
from pinn_phases.figures.drawing import curves, phase_marks, style
from pinn_phases.files.storage import Content
from pinn_phases.settings.figures import FigureSettings

SETTINGS = FigureSettings(smoothing=10, phases_of="rba")
ITERATIONS = np.unique(np.round(np.logspace(0, 4, 200))).astype(int)
LEVEL = {"vanilla": 0.5, "rba": 0.05, "sa": 0.1}
METHODS = ("vanilla", "rba")  # of the paper


def make_content(kind, method, seed, arrays=None, **attributes):
    """Return a file as a figure reads it."""
    settings = {
        "scale": "test",
        "problem": "allen_cahn",
        "method": method,
        "seed": seed,
        "training": {"iterations": 10000, "points": 30},
    }
    return Content(kind, arrays or {}, {"settings": settings, **attributes})


def make_run(method, seed):
    """A run whose error falls to a level that depends on method and seed."""
    error = LEVEL[method.partition("-")[0]] * (1 + seed) * (1 + 10 / ITERATIONS)
    error[3::7] = np.nan
    arrays = {"iteration": ITERATIONS, "relative_l2": error, "snr": 100.0 / ITERATIONS}
    return make_content("run", method, seed, {f"history/{name}": v for name, v in arrays.items()})


def make_fields(method, seed, shown):
    """Maps at three iterations."""
    rng = np.random.default_rng(seed)
    arrays = {
        "iterations": np.array(shown),
        "axes/t": np.linspace(0, 1, 5),
        "axes/x": np.linspace(-1, 1, 8, endpoint=False),
        "fields/u": np.linspace(-0.9997, 0.8, 40).reshape(5, 8),
        "prediction/u": rng.uniform(-1, 1, (3, 5, 8)),
        "residual/pde": rng.normal(size=(3, 5, 8)),
        "weights": rng.uniform(0, 1, (3, 1, 30)),
        "points/collocation": rng.uniform((0, -1), (1, 1), (30, 2)),
    }
    return make_content("fields", method, seed, arrays)


def material(
    total_diffusion=({"iteration": 1000.0}, {"iteration": 3000.0}),
    shown=(100, 3000, 10000),
    methods=METHODS,
):
    """Two methods with two seeds each."""
    contents = []
    for method in methods:
        for seed, jump in enumerate(total_diffusion):
            phases = {"diffusion": {"iteration": 100.0}, "total_diffusion": jump}
            contents += [make_run(method, seed), make_fields(method, seed, shown)]
            contents += [make_content("phases", method, seed, None, **phases)]
    return Material(tuple(contents))


@pytest.fixture(scope="module")
def figure():
    """Figure 6 of the synthetic files, laid out."""
    style.set_style()
    drawn = fig6.draw(material(), SETTINGS)
    drawn.draw_without_rendering()
    return drawn


def test_several_seeds_give_the_median_and_the_range(figure, in_bins):
    error_axes = figure.axes[0]
    lines = {line.get_label(): line for line in error_axes.get_lines()}
    both = np.array([make_run("rba", seed).arrays["history/relative_l2"] for seed in (0, 1)])
    known = np.isfinite(both[0])
    expected = in_bins(ITERATIONS[known], both[:, known])
    for shown, wanted in zip(lines["RBA"].get_data(), expected, strict=True):
        np.testing.assert_allclose(shown, wanted)
    assert len(error_axes.collections) == 2  # a band for each method
    rba = error_axes.collections[1].get_paths()[0].vertices[:, 1]
    assert rba.min() == both[:, known].min() and rba.max() == both[:, known].max()


def test_one_record_per_bin_has_no_range():
    axes = Figure().add_subplot()
    curves.plot_curve(axes, ITERATIONS[::20], np.ones(len(ITERATIONS[::20])))
    assert len(axes.collections) == 0


def test_both_curves_are_labelled_and_logarithmic(figure):
    for axes, name in zip(figure.axes[:2], ("error", "SNR"), strict=True):
        assert name in axes.get_ylabel() and axes.get_xlabel() == "Iteration"
        assert axes.get_xscale() == axes.get_yscale() == "log"
        assert axes.get_xlim()[0] == 1


def phase_names(axes):
    """Names of the phases above the axes, with notes on seeds."""
    names = [t.get_text() for t in axes.texts]
    return [name for name in names if name.split("\n")[-1] in style.PHASE_SHADES]


def test_phases_found_in_most_seeds_are_shaded(figure):
    assert phase_names(figure.axes[0]) == ["Fitting", "Diffusion", "Total diffusion"]
    shown = fig6.draw(material(({"iteration": 1e3}, {"iteration": 2e3}, None)), SETTINGS)
    assert phase_names(shown.axes[0])[2] == "2 of 3 seeds\nTotal diffusion"
    one_of_two = fig6.draw(material(({"iteration": 1000.0}, None)), SETTINGS)
    expected = ["Fitting", "total diffusion in 1 of 2 seeds\nAfter fitting"]
    assert phase_names(one_of_two.axes[0]) == expected


def test_each_seed_has_its_own_line(figure):
    colour = style.PHASE_LINE["color"]
    dashed = [line for line in figure.axes[0].get_lines() if line.get_color() == colour]
    assert sorted(line.get_xdata()[0] for line in dashed) == [100.0, 100.0, 1000.0, 3000.0]


def test_hatches_of_phases_differ():
    hatches = [style.PHASE_HATCHES[name] for name in list(style.PHASE_SHADES)[:4]]
    assert len(set(hatches)) == 4


def test_boundary_of_several_seeds_is_the_median_of_those_that_have_it():
    phases = material(({"iteration": 10.0}, {"iteration": 30.0}, None)).of(
        "phases", "allen_cahn", "rba"
    )
    assert phase_marks.median_boundary(phases, "total_diffusion") == 20.0
    assert phase_marks.median_boundary(phases[1:], "total_diffusion") is None  # one of two
    assert phase_marks.median_boundary(phases, "diffusion") == 100.0


def test_maps_show_prediction_and_relative_residual(figure):
    content = make_fields("vanilla", 0, (100, 3000, 10000))
    prediction, residual = (figure.axes[i].get_images()[0].get_array() for i in (2, 3))
    np.testing.assert_allclose(prediction, content.arrays["prediction/u"][0].T)
    expected = np.abs(content.arrays["residual/pde"][0]).T
    np.testing.assert_allclose(residual, expected / np.quantile(expected, 0.99))
    assert figure.axes[2].get_images()[0].get_extent() == [0.0, 1.0, -1.0, 1.0]


@pytest.mark.parametrize("jump", [300.0, 3000.0, 8500.0])
def test_nothing_is_cut_off_and_no_words_overlap(jump, assert_legible):
    figure = fig6.draw(material([{"iteration": jump}], shown=(100, int(jump), 10000)), SETTINGS)
    assert_legible(figure)


def test_a_third_method_has_its_curve_colour_and_maps(assert_legible):
    figure = fig6.draw(material(methods=("vanilla", "rba", "sa")), SETTINGS)
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    colours = {to_hex(lines[title].get_color()) for title in ("Vanilla", "RBA", "SA")}
    assert len(colours) == 3
    (of_two,) = (
        a for a in fig6.draw(material(), SETTINGS).axes[0].get_lines() if a.get_label() == "RBA"
    )
    assert of_two.get_color() == lines["RBA"].get_color()
    maps = [axes for axes in figure.axes if axes.get_images()]
    assert len(maps) == 3 * 3 * 3  # methods, iterations, kinds of map
    assert_legible(figure)


def make_cavity():
    """Files of the cavity, with two equations, their weights, and fields that no map shows."""
    contents = []
    for content in material().contents:
        settings = content.attributes["settings"] | {"problem": "cavity"}
        arrays = dict(content.arrays)
        if content.kind == "fields":
            rng = np.random.default_rng(1)
            names = (
                "prediction/speed",
                "prediction/p",
                "residual/momentum_x",
                "residual/momentum_y",
            )
            arrays = {
                **{name: arrays[name] for name in ("iterations", "points/collocation")},
                **{name: rng.uniform(0, 1, (3, 8, 8)) for name in names},
                "fields/speed": np.linspace(0, 0.9996, 64).reshape(8, 8),
                "weights": rng.uniform(0, 1, (3, 2, 30)),
            }
        contents.append(Content(content.kind, arrays, {**content.attributes, "settings": settings}))
    return Material(tuple(contents))


def test_maps_of_several_equations_show_the_root_of_their_squares_and_the_mean_weight():
    files = make_cavity()
    arrays = files.of("fields", "cavity", "vanilla")[0].arrays
    figure = fig9.draw(files, SETTINGS)
    prediction, residual = (figure.axes[i].get_images()[0] for i in (2, 3))
    np.testing.assert_allclose(prediction.get_array(), arrays["prediction/speed"][0].T)
    assert prediction.get_clim() == (0, 1) and prediction.get_cmap().name == style.POSITIVE_MAP
    expected = np.hypot(arrays["residual/momentum_x"][0], arrays["residual/momentum_y"][0]).T
    np.testing.assert_allclose(residual.get_array(), expected / np.quantile(expected, 0.99))
    weights = figure.axes[4].get_images()[0].get_array()
    expected = arrays["weights"][0].sum(0) / 2
    share = (np.arange(len(weights)) + 0.5) / len(weights)  # fraction of each side, of length 1
    for row, column in ((0, 0), (30, 170), (199, 80)):
        place = (share[column], share[row])
        nearest = np.linalg.norm(arrays["points/collocation"] - place, axis=1).argmin()
        assert weights[row, column] == pytest.approx(expected[nearest] / expected.max(), rel=1e-12)
    assert "speed" in figure.axes[-3].get_xlabel()  # of its colour bar


def test_prediction_with_both_signs_has_a_symmetric_range(figure):
    image = figure.axes[2].get_images()[0]
    assert image.get_clim() == (-1, 1) and image.get_cmap().name == style.SIGNED_MAP


@pytest.mark.parametrize(
    ("number", "problem"), [(6, "allen_cahn"), (7, "helmholtz"), (8, "burgers"), (9, "cavity")]
)
def test_each_benchmark_has_its_figure(number, problem):
    assert figure_module(f"fig{number}").REQUIREMENT.problems == (problem,)


def test_cavity_is_legible(assert_legible):
    assert_legible(fig9.draw(make_cavity(), SETTINGS))


def test_every_method_can_be_drawn_with_every_optimiser():
    methods = [f"{name}{end}" for end in ("", "-soap", "-lbfgs") for name in LEVEL]
    figure = fig6.draw(material(({"iteration": 1000.0},), methods=methods), SETTINGS)
    letters = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert set("ABCDEFGHIJK") <= letters
