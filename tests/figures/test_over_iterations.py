"""Figures of curves over iterations (1, 10, A.13, A.14), drawn from made files."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from pinn_phases.figures import curves, fig1, fig10, figA13, figA14, small_print, style
from pinn_phases.figures.base import FigureSettings, Material, Requirement
from pinn_phases.storage import Content

SETTINGS = FigureSettings(smoothing=10, phases_of="rba")
PROBLEMS = ("allen_cahn", "helmholtz", "burgers", "cavity")
TITLES = ["Allen-Cahn", "Helmholtz", "Burgers", "Lid-driven cavity"]
LAYERS = 3
# Start of total diffusion of each problem, seed by seed; the cavity does not reach it.
TOTAL = {
    "allen_cahn": (1000.0, 3000.0),
    "helmholtz": (300.0, 500.0),
    "burgers": (30.0, 50.0),
    "cavity": (None, 1000.0),
}


BY_PROBLEM = [[start for start in starts if start] for starts in TOTAL.values()]
EACH_SEED = [start for starts in BY_PROBLEM for start in starts]
LABELS = [f"{title} (2 of 2 seeds)" for title in TITLES[:3]] + ["Lid-driven cavity (1 of 2 seeds)"]
NOT_FOUND = "(start of total diffusion not found)"


def made_run(problem, method, seed):
    """Return a run whose numbers tell problem, seed and layer apart; SNR has an infinite row."""
    iterations = np.arange(1, 1200 + 400 * PROBLEMS.index(problem))  # as long as the files say
    level = (1.0 + seed) * (1 + PROBLEMS.index(problem)) / iterations
    layers = level[:, None] * 10.0 ** -np.arange(LAYERS)  # (rows, layers)
    snr = level.copy()
    snr[0], snr[5], snr[7] = np.inf, np.nan, 0.0
    arrays = {
        "iteration": iterations,
        "relative_l2": level,
        "snr": snr,
        "srr_batch": level / np.hypot(1, level),
        "srr_adam": level / 2,
        "layers/snr": layers,
        "layers/gradient_mean": 2 * layers,
        "layers/gradient_std": 3 * layers,
    }
    settings = {
        "scale": "test",
        "problem": problem,
        "method": method,
        "seed": seed,
        "training": {"iterations": int(iterations[-1]), "points": 30},
    }
    arrays = {f"history/{name}": values for name, values in arrays.items()}
    return Content("run", arrays, {"settings": settings})


def made_material(problems=PROBLEMS, methods=("rba",), seeds=(0, 1)):
    """Runs and phases."""
    contents = []
    for problem in problems:
        for method in methods:
            for seed in seeds:
                run, total = made_run(problem, method, seed), TOTAL[problem][seed]
                phases = {
                    "diffusion": {"iteration": 10.0},
                    "total_diffusion": None if total is None else {"iteration": total},
                }
                contents += [run, Content("phases", {}, {**run.attributes, **phases})]
    return Material(tuple(contents))


@pytest.fixture(autouse=True)
def looks():
    """Draw as the command does."""
    style.set_style()


def dashed(axes):
    """Iterations of the dashed vertical lines."""
    lines = [x for x in axes.get_lines() if x.get_linestyle() == "--" and len(x.get_xdata()) == 2]
    assert all(line.get_xdata()[0] == line.get_xdata()[1] for line in lines)
    return [float(line.get_xdata()[0]) for line in lines]


def full_lines(axes):
    """Lines of curves, not of marks."""
    return [line for line in axes.get_lines() if len(line.get_xdata()) > 2]


def mean_of_seeds(problem, name):
    """Median of two seeds, row by row."""
    return np.mean([made_run(problem, "rba", s).arrays[f"history/{name}"] for s in (0, 1)], 0)


def test_figure_1_has_a_curve_and_a_dashed_line_in_its_colour_for_each_problem(assert_legible):
    figure = fig1.draw(made_material(), SETTINGS)
    (axes,) = figure.axes
    shown = full_lines(axes)
    assert [line.get_label() for line in shown] == LABELS
    assert len(axes.collections) == len(PROBLEMS)  # the range between the quartiles
    assert dashed(axes) == EACH_SEED
    marks = [line.get_color() for line in axes.get_lines() if line.get_linestyle() == "--"]
    assert set(marks) == {line.get_color() for line in shown}
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [*LABELS, "(start of total diffusion, of each seed)"]
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert axes.get_xlim() == (1, 2399)  # of the longest run
    assert_legible(figure)


def test_figure_1_says_where_there_is_no_total_diffusion(monkeypatch):
    monkeypatch.setattr(fig1, "starts", lambda *given: [])
    (axes,) = fig1.draw(made_material(), SETTINGS).axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [*(f"{title} (none)" for title in TITLES), NOT_FOUND]


def test_colours_of_problems_are_no_colours_of_methods():
    methods = style.method_colours(["vanilla", "rba"]).values()
    problems = [to_rgb(c) for c in style.problem_colours(PROBLEMS).values()]
    assert len(set(problems)) == len(PROBLEMS) and not set(problems) & set(methods)


@pytest.mark.parametrize("methods", [("vanilla", "rba"), ("vanilla", "rba", "other")])
def test_figure_10_has_a_panel_for_each_problem_and_method(methods, monkeypatch, assert_legible):
    found = fig10.plugin_class

    def with_other(package, name, base):
        return (
            type("Other", (), {"title": "Other"}) if name == "other" else found(package, name, base)
        )

    monkeypatch.setattr(fig10, "plugin_class", with_other)
    figure = fig10.draw(made_material(methods=methods), SETTINGS)
    assert len(figure.axes) == len(PROBLEMS) * len(methods)
    first_row = figure.axes[: len(methods)]
    assert [a.get_title() for a in first_row] == ["Vanilla", "RBA", "Other"][: len(methods)]
    assert [a.get_ylabel() for a in figure.axes[:: len(methods)]] == TITLES
    for row, starts in enumerate(BY_PROBLEM):
        for axes in figure.axes[row * len(methods) : (row + 1) * len(methods)]:
            assert dashed(axes) == starts
            assert [x.get_label() for x in full_lines(axes)] == [
                looks["label"] for looks in style.RATIOS.values()
            ]
    (legend,) = figure.legends
    assert legend.get_texts()[0].get_text() == "SNR"
    assert_legible(figure)


def test_rows_that_a_logarithmic_axis_cannot_show_are_left_out():
    figure = fig10.draw(made_material(), SETTINGS)
    line = full_lines(figure.axes[0])[0]
    assert not set(line.get_xdata()) & {1, 6, 8}  # infinite, NaN, zero
    assert line.get_xdata()[0] == 2 and np.isfinite(line.get_ydata()).all()
    known = np.delete(mean_of_seeds("allen_cahn", "snr"), [0, 5, 7])
    np.testing.assert_allclose(line.get_ydata()[0], known[0])
    # Equality but for the order of summing ten numbers: ten roundings of 1e-16.
    np.testing.assert_allclose(line.get_ydata()[-1], known[-10:].mean(), rtol=1e-14)
    lower, upper = figure.axes[0].get_ylim()
    assert 0 < lower < upper < np.inf


def test_a_curve_without_any_value_draws_nothing():
    material = made_material(("allen_cahn",))
    for run in material.runs():
        run.arrays["history/layers/snr"][:, 1] = np.inf
    axes = fig1.Figure().add_subplot()
    curves.plot_runs(axes, material.runs(), "layers/snr", layer=1, window=10)
    assert len(axes.get_lines()[0].get_xdata()) == 0


def test_long_runs_keep_the_extremes_of_every_dot():
    rng = np.random.default_rng(0)
    iteration = np.arange(1, 20001)
    values = rng.lognormal(size=iteration.size)
    run = Content("run", {"history/iteration": iteration, "history/snr": values}, {})
    axes = fig1.Figure().add_subplot()
    curves.plot_runs(axes, [run], "snr")
    (line,) = axes.get_lines()
    # At most two rows a bin, of 4.3 decades.
    assert line.get_xdata().size <= 2 * np.ceil(curves.BINS_PER_DECADE * np.log10(20000))
    np.testing.assert_array_equal(line.get_xdata()[:100], iteration[:100])  # one row a bin
    bins = np.floor(np.log10(iteration) * curves.BINS_PER_DECADE)
    shown = np.floor(np.log10(line.get_xdata()) * curves.BINS_PER_DECADE)
    for place in np.unique(bins)[-20:]:
        seen, all_values = line.get_ydata()[shown == place], values[bins == place]
        assert seen.min() == all_values.min() and seen.max() == all_values.max()


def test_figure_a13_shows_each_layer_of_each_problem(assert_legible):
    settings = SETTINGS.model_copy(update={"smoothing": 1})
    figure = figA13.draw(made_material(), settings)
    colours = style.layer_colours(LAYERS)
    for axes, problem, title in zip(figure.axes[:4], PROBLEMS, TITLES, strict=True):
        assert axes.get_title() == title
        shown = full_lines(axes)
        assert [line.get_color() for line in shown] == colours
        assert len(axes.collections) == LAYERS  # a range each
        for layer, line in enumerate(shown):
            expected = mean_of_seeds(problem, "layers/snr")[line.get_xdata() - 1, layer]
            # Equality but for the median of two, which NumPy interpolates.
            np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-14)
        dotted = [x.get_ydata()[0] for x in axes.get_lines() if x.get_linestyle() == ":"]
        assert dotted == [1]
    assert [dashed(axes) for axes in figure.axes[:4]] == [
        [1000.0, 3000.0],
        [300.0, 500.0],
        [30.0, 50.0],
        [1000.0],
    ]
    assert_legible(figure)


def test_figure_a14_shows_mean_and_std_of_each_layer_smoothed_and_not(assert_legible):
    figure = figA14.draw(made_material(("allen_cahn",)), SETTINGS)
    smoothed, raw = figure.axes[:2]
    for axes, window in ((smoothed, SETTINGS.smoothing), (raw, 1)):
        shown = full_lines(axes)
        assert [x.get_color() for x in shown] == 2 * style.layer_colours(LAYERS)
        assert len({x.get_linestyle() for x in shown[:LAYERS]}) == 1
        assert shown[0].get_linestyle() != shown[LAYERS].get_linestyle()
        for line, name in ((shown[1], "mean"), (shown[LAYERS + 1], "std")):
            values = mean_of_seeds("allen_cahn", f"layers/gradient_{name}")[:, 1]
            expected = [values[max(0, i - window) : i].mean() for i in line.get_xdata()]
            np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-14)  # as above
        assert dashed(axes) == [10.0, 10.0, 1000.0, 3000.0]
    assert_legible(figure)


@pytest.mark.parametrize("module", [fig1, figA13, figA14])
def test_one_seed_has_no_range_and_its_own_boundary(module):
    figure = module.draw(made_material(module.REQUIREMENT.problems, seeds=(0,)), SETTINGS)
    axes = figure.axes[0]
    assert len(axes.collections) == 0
    assert 1000.0 in dashed(axes)


@pytest.mark.parametrize("starts", [(1.0, 2.0), (1000.0, 1050.0)])
def test_names_of_short_phases_keep_apart(starts, assert_legible):
    material = made_material(("allen_cahn",), seeds=(0,))
    phases = material.of("phases", "allen_cahn", "rba")[0].attributes
    phases["diffusion"]["iteration"], phases["total_diffusion"]["iteration"] = starts
    figure = figA14.draw(material, SETTINGS)
    names = [t.get_text() for t in figure.axes[0].texts]
    assert names == ["Fitting", "Diffusion", "Total diffusion"][starts[0] <= 1 :]
    assert_legible(figure)


def test_small_print_names_each_problem_where_they_differ():
    figure = fig1.Figure()
    small_print.add_small_print(figure, made_material().runs(), small_print.only("rba"))
    first, second = figure.texts[0].get_text().splitlines()
    assert first == "Scale test; seeds 0, 1; RBA alone"
    assert "Allen-Cahn 1,199, 30; Helmholtz 1,599, 30" in second


def small_print_of(*reached, problems=("allen_cahn",)):
    """Text below a figure of runs that have come so far; None: to the end."""
    runs = made_material(problems, methods=("rba", "vanilla"), seeds=(0,)).runs()
    for run, last in zip(runs, reached, strict=False):
        run.attributes.update({} if last is None else {"reached": last})
    figure = fig1.Figure()
    small_print.add_small_print(figure, runs)
    return figure.texts[0].get_text()


def test_small_print_says_how_far_unfinished_trainings_have_come():
    rest = "; 30 collocation points; seed 0"
    assert small_print_of() == f"Scale test; 1,199 iterations{rest}"
    assert small_print_of(900, 900) == f"Scale test; to iteration 900 of 1,199{rest}"
    assert small_print_of(900, 800) == f"Scale test; to iteration 800–900 of 1,199{rest}"
    assert small_print_of(900, None) == f"Scale test; to iteration 900–1,199 of 1,199{rest}"
    each = small_print_of(900, 900, problems=("allen_cahn", "burgers")).splitlines()[1]
    assert each.endswith("Allen-Cahn 900 of 1,199, 30; Burgers 1,999, 30")


@pytest.mark.parametrize("module", [fig1, fig10, figA13])
def test_small_print_of_unfinished_trainings_has_room(module, assert_legible):
    material = made_material(methods=("rba", "vanilla"))
    for number, run in enumerate(material.runs()):
        run.attributes["settings"]["training"].update({"iterations": 300_000, "points": 25_600})
        run.attributes["reached"] = 90_000 + 1111 * number
    assert_legible(module.draw(material, SETTINGS))


def test_files_of_one_method_alone():
    problem = type("Problem", (), {"methods": {"vanilla": {}, "rba": {}}})
    settings = type(
        "Settings", (), {"seeds": (0, 1), "figures": SETTINGS, "problems": {"burgers": problem}}
    )
    both = Requirement(("burgers",), ("runs",))
    assert len(list(both.files(settings))) == 4
    alone = Requirement(("burgers",), ("runs",), one_method=True)
    assert list(alone.files(settings)) == [("runs", "burgers", "rba", s) for s in (0, 1)]
    maps = Requirement(("burgers",), ("fields",))  # of the first seed
    assert list(maps.files(settings)) == [("fields", "burgers", m, 0) for m in ("vanilla", "rba")]
