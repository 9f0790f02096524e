"""Figures of curves over iterations (1, 10, A.13, A.14), drawn from synthetic files."""

import functools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from pinn_phases.figures import fig1, fig10, figA13, figA14
from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import curves, differences, small_print, style
from pinn_phases.files.storage import Content
from pinn_phases.settings.figures import FigureSettings

SETTINGS = FigureSettings(smoothing=10, phases_of="rba")
PROBLEMS = ("allen_cahn", "helmholtz", "burgers", "cavity")
TITLES = ["Allen-Cahn", "Helmholtz", "Burgers", "Lid-driven cavity"]
LAYERS = 3
# Start of total diffusion of each problem and seed; None: not found.
TOTAL = {
    "allen_cahn": (1000.0, 3000.0),
    "helmholtz": (300.0, 500.0),
    "burgers": (30.0, 50.0),
    "cavity": (None, 1000.0),
}


BY_PROBLEM = [[start for start in starts if start] for starts in TOTAL.values()]
EACH_SEED = [start for starts in BY_PROBLEM for start in starts]
LABELS = [
    *(f"{title} (total diffusion in 2 of 2 seeds)" for title in TITLES[:3]),
    "Lid-driven cavity (total diffusion in 1 of 2 seeds)",
]


def make_run(problem, method, seed):
    """Return a run whose numbers differ by problem, seed and layer; three SNR rows are invalid."""
    iterations = np.arange(1, 1200 + 400 * PROBLEMS.index(problem))  # lengths differ
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
        "gradient_mean": 4 * level,
        "gradient_std": 5 * level,
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


def make_material(problems=PROBLEMS, methods=("rba",), seeds=(0, 1)):
    """Runs and phases."""
    contents = []
    for problem in problems:
        for method in methods:
            for seed in seeds:
                run, total = make_run(problem, method, seed), TOTAL[problem][seed]
                phases = {
                    "diffusion": {"iteration": 10.0},
                    "total_diffusion": None if total is None else {"iteration": total},
                }
                contents += [run, Content("phases", {}, {**run.attributes, **phases})]
    return Material(tuple(contents))


@pytest.fixture(autouse=True)
def set_style():
    """Set the style as the command does."""
    style.set_style()


def dashed(axes):
    """Iterations of the dashed vertical lines."""
    lines = [x for x in axes.get_lines() if x.get_linestyle() == "--" and len(x.get_xdata()) == 2]
    assert all(line.get_xdata()[0] == line.get_xdata()[1] for line in lines)
    return [float(line.get_xdata()[0]) for line in lines]


def full_lines(axes):
    """Lines of curves, without marks."""
    return [line for line in axes.get_lines() if len(line.get_xdata()) > 2]


def mean_of_seeds(problem, name):
    """Median of two seeds, which is their mean, row by row."""
    return np.mean([make_run(problem, "rba", s).arrays[f"history/{name}"] for s in (0, 1)], 0)


def ticks(axes):
    """Marks that cross a curve."""
    return [line for line in axes.get_lines() if line.get_marker() == "|"]


def test_figure_1_draws_each_seed_and_marks_its_start_of_total_diffusion(assert_legible):
    figure = fig1.draw(make_material(), SETTINGS)
    (axes,) = figure.axes
    medians = [line for line in full_lines(axes) if not line.get_label().startswith("_")]
    assert [line.get_label() for line in medians] == LABELS
    assert len({line.get_color() for line in medians}) == len(PROBLEMS)
    assert len({str(line.get_linestyle()) + str(line._dash_pattern) for line in medians}) == 4
    assert len(full_lines(axes)) == len(medians) * 3 and not axes.collections  # two seeds each
    assert [line.get_xdata()[0] for line in ticks(axes)] == EACH_SEED
    # Allen-Cahn's first seed starts at 1,000, where its error is 1/1,000.
    assert ticks(axes)[0].get_ydata()[0] == pytest.approx(1e-3, rel=1e-12)
    assert {line.get_color() for line in ticks(axes)} == {line.get_color() for line in medians}
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [*LABELS, "Start of total diffusion (each seed)"]
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert axes.get_xlim() == (1, 2399)  # of the longest run
    assert_legible(figure)


def test_figure_1_says_if_no_total_diffusion_is_found(monkeypatch):
    monkeypatch.setattr(fig1, "starts", lambda *given: [])
    (axes,) = fig1.draw(make_material(), SETTINGS).axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [f"{title} (total diffusion not found)" for title in TITLES]


def test_colours_of_problems_and_methods_differ():
    methods = style.method_colours(["vanilla", "rba"]).values()
    problems = [to_rgb(c) for c in style.problem_colours(PROBLEMS).values()]
    assert len(set(problems)) == len(PROBLEMS) and not set(problems) & set(methods)


@pytest.mark.parametrize("methods", [("vanilla", "rba"), ("vanilla", "rba", "sa")])
def test_figure_10_has_a_panel_for_each_problem_and_method(methods, assert_legible):
    figure = fig10.draw(make_material(methods=methods), SETTINGS)
    assert len(figure.axes) == len(PROBLEMS) * len(methods)
    names = [f"{title}, {m}" for title in TITLES for m in ["Vanilla", "RBA", "SA"][: len(methods)]]
    assert [a.get_title("left")[5:] for a in figure.axes] == names
    assert {a.get_ylabel() for a in figure.axes[:: len(methods)]} == {"SNR and SRR"}
    for row, starts in enumerate(BY_PROBLEM):
        for axes in figure.axes[row * len(methods) : (row + 1) * len(methods)]:
            assert dashed(axes) == starts
            assert [x.get_label() for x in full_lines(axes)] == [
                looks["label"] for looks in style.RATIOS.values()
            ]
    (legend,) = figure.legends
    assert legend.get_texts()[0].get_text() == "SNR"
    assert_legible(figure)


@pytest.mark.parametrize(
    ("first", "texts"),
    [(1e6, ["initial SNR: $10^{6}$"]), (2.0, []), (np.inf, [r"initial SNR: $\infty$"])],
)
def test_figure_10_leaves_out_the_upper_decades_of_fitting(first, texts, assert_legible):
    material = make_material(methods=("vanilla", "rba"), seeds=(0,))
    for run in material.runs():
        # From the first value to 1 at iteration 10, where fitting ends.
        at = run.arrays["history/iteration"]
        fall = min(first, 1e6) ** np.maximum(1 - np.log10(at), 0)
        run.arrays["history/snr"][:] = np.where(at == 1, first, fall)
    figure = fig10.draw(material, SETTINGS)
    upper = figure.axes[0].get_ylim()[1]
    assert upper <= fig10.MARGIN
    assert [text.get_text() for text in figure.axes[0].texts] == texts
    assert_legible(figure)


def test_figure_10_marks_the_steepest_fall_of_the_error_of_each_seed():
    material = make_material(methods=("rba",))
    for number, phases in enumerate(material.of("phases", "burgers", "rba")):
        phases.attributes["landmarks"] = {"relative_l2": [40.0, None][number]}
    figure = fig10.draw(material, SETTINGS)
    marks = [
        [x.get_xdata()[0] for x in a.get_lines() if x.get_marker() == "^"] for a in figure.axes
    ]
    assert marks == [[], [], [40.0], []]


def test_rows_that_a_logarithmic_axis_cannot_show_are_left_out():
    figure = fig10.draw(make_material(), SETTINGS)
    line = full_lines(figure.axes[0])[0]
    assert line.get_xdata()[:6].tolist() == [2, 3, 4, 5, 7, 9]  # not infinite, NaN, zero
    assert line.get_xdata()[0] == 2 and np.isfinite(line.get_ydata()).all()
    known = np.delete(mean_of_seeds("allen_cahn", "snr"), [0, 5, 7])
    np.testing.assert_allclose(line.get_ydata()[0], known[0])
    lower, upper = figure.axes[0].get_ylim()
    assert 0 < lower < upper < np.inf


def test_a_curve_without_any_value_draws_nothing():
    material = make_material(("allen_cahn",))
    for run in material.runs():
        run.arrays["history/layers/snr"][:, 1] = np.inf
    axes = fig1.Figure().add_subplot()
    curves.plot_runs(axes, material.runs(), "layers/snr", layer=1, window=10)
    assert len(axes.get_lines()[0].get_xdata()) == 0


def test_fast_oscillations_become_a_band_around_their_median():
    rng = np.random.default_rng(0)
    iteration = np.arange(1, 20001)
    values = rng.lognormal(size=iteration.size)
    axes = fig1.Figure().add_subplot()
    curves.plot_curve(axes, iteration, values, color="C0")
    (line,), (band,) = axes.get_lines(), axes.collections
    assert line.get_xdata().size <= np.ceil(curves.BINS_PER_DECADE * np.log10(20000))
    np.testing.assert_array_equal(line.get_xdata()[:15], iteration[:15])  # one row a bin
    assert line.get_xdata()[-1] == 20000
    last = values[iteration >= 10 ** (172 / 40)]  # 19,953: the last bin
    assert line.get_ydata()[-1] == np.median(last)
    edge = band.get_paths()[0].vertices
    at_end = edge[edge[:, 0] == 20000][:, 1]
    assert at_end.min() == last.min() and at_end.max() == last.max()


def test_figure_a13_shows_each_layer_of_each_problem(assert_legible, in_bins):
    settings = SETTINGS.model_copy(update={"smoothing": 1})
    figure = figA13.draw(make_material(), settings)
    colours = style.layer_colours(LAYERS)
    for axes, problem, title in zip(figure.axes[:4], PROBLEMS, TITLES, strict=True):
        assert axes.get_title("left")[5:] == title
        shown = full_lines(axes)
        assert [line.get_color() for line in shown] == colours
        assert not axes.collections  # bands of all layers would hide each other
        at = make_run(problem, "rba", 0).arrays["history/iteration"]
        for layer, line in enumerate(shown):
            expected = in_bins(at, mean_of_seeds(problem, "layers/snr")[:, layer])
            # Equal, except for rounding, as medians of a falling curve are taken in another order.
            np.testing.assert_allclose(line.get_data(), expected, rtol=1e-14)
        dotted = [x.get_ydata()[0] for x in axes.get_lines() if x.get_linestyle() == ":"]
        assert dotted == [1]
    assert [dashed(axes) for axes in figure.axes[:4]] == [
        [1000.0, 3000.0],
        [300.0, 500.0],
        [30.0, 50.0],
        [1000.0],
    ]
    assert_legible(figure)


def test_figure_a14_shows_mean_and_std_of_one_run_smoothed_and_not(assert_legible, in_bins):
    figure = figA14.draw(make_material(("allen_cahn",)), SETTINGS)
    run = make_run("allen_cahn", "rba", 0)
    at = run.arrays["history/iteration"]
    for axes, window in zip(figure.axes[:2], (SETTINGS.smoothing, 1), strict=True):
        shown = full_lines(axes)
        every = list(style.ALL_PARAMETERS.values())
        assert [x.get_color() for x in shown] == 2 * style.layer_colours(LAYERS) + every
        assert len({x.get_linestyle() for x in shown[:LAYERS]}) == 1
        assert shown[0].get_linestyle() != shown[LAYERS].get_linestyle()
        assert shown[-1].get_linewidth() > 2 * shown[0].get_linewidth()
        assert len(axes.collections) == (2 if window == 1 else 0)  # (a) and (b) differ
        for line, name in ((shown[1], "layers/gradient_mean"), (shown[-1], "gradient_std")):
            values = run.arrays[f"history/{name}"]
            values = values[:, 1] if values.ndim == 2 else values
            smooth = [values[max(0, i - window) : i].mean() for i in range(1, len(at) + 1)]
            np.testing.assert_allclose(line.get_data(), in_bins(at, np.array(smooth)), rtol=1e-13)
        assert dashed(axes) == [10.0, 1000.0]
    assert_legible(figure)


@pytest.mark.parametrize("module", [figA13, figA14])
def test_one_seed_has_its_own_boundary(module):
    figure = module.draw(make_material(module.REQUIREMENT.problems, seeds=(0,)), SETTINGS)
    assert 1000.0 in dashed(figure.axes[0])


@pytest.mark.parametrize("starts", [(1.0, 2.0), (1000.0, 1050.0)])
def test_names_of_short_phases_do_not_overlap(starts, assert_legible):
    material = make_material(("allen_cahn",), seeds=(0,))
    phases = material.of("phases", "allen_cahn", "rba")[0].attributes
    phases["diffusion"]["iteration"], phases["total_diffusion"]["iteration"] = starts
    figure = figA14.draw(material, SETTINGS)
    names = [t.get_text() for t in figure.axes[0].texts]
    assert names == ["Fitting", "Diffusion", "Total diffusion"][starts[0] <= 1 :]
    assert_legible(figure)


def test_small_print_names_each_problem_where_they_differ():
    figure = fig1.Figure()
    small_print.add_small_print(figure, make_material().runs(), small_print.only("rba"))
    text = figure.texts[0].get_text().replace("\n", " ")
    assert text.startswith("Scale test; seeds 0, 1; RBA only; iterations / collocation points: ")
    assert "Allen-Cahn 1,199 / 30; Helmholtz 1,599 / 30" in text


def test_small_print_shows_differences_from_the_paper():
    runs = make_material(seeds=(0,)).runs()
    for run in runs:
        settings = run.attributes["settings"]
        settings["training"] |= {
            "network": {"hidden_layers": 4, "width": 64, "ansatz": "plain", "fourier_modes": 0}
        }
    runs[0].attributes["settings"]["training"]["network"]["ansatz"] = "initial"
    runs[0].attributes["settings"] |= {"equation": {"reaction": 4.0, "diffusion": 3e-4}}
    runs[0].attributes["settings"]["method_constants"] = {"rate": 0.01}
    runs[0].attributes["settings"]["training"]["optimiser"] = {"decay": 1.0, "decay_every": 5000}
    runs[3].attributes["settings"]["equation"] = {"reynolds": 100.0}
    runs[3].attributes["settings"]["training"]["optimiser"] = {"decay": 0.9, "decay_every": 500}
    figure = fig1.Figure()
    small_print.add_small_print(figure, runs)
    text = figure.texts[0].get_text().replace("\n", " ")
    assert "paper's values in brackets; network 4 × 64 (6 × 128);" in text
    assert (
        "Allen-Cahn 1,199 / 30, reaction 4 (5), "
        "\N{GREEK SMALL LETTER EPSILON} = 0.0003 (0.0001), initial ansatz (plain), "
        "\N{GREEK SMALL LETTER ETA}* = 0.01 (0.001), learning rate constant (× 0.9 every 5,000);"
    ) in text
    assert text.endswith(
        "Lid-driven cavity 2,399 / 30, Re = 100 (1000), "
        "learning rate × 0.9 every 500 (× 0.9 every 5,000)"
    )
    lines = figure.texts[0].get_text().splitlines()
    assert max(map(len, lines)) <= small_print.LETTERS + 1  # a semicolon


def test_the_figure_grows_for_tall_small_print(assert_legible):
    figure = fig1.Figure(figsize=(7, 3))
    axes = figure.add_axes((0.1, 0.35, 0.85, 0.6))
    axes.plot([0, 1], label="line")
    axes.set_xlabel("label")
    figure.legend(loc="center", bbox_to_anchor=(0.5, 0.1))
    small_print.add_note(figure, "\n".join(["as long as a line that fits"] * 6))
    assert figure.get_figheight() > 3
    assert axes.get_position().height * figure.get_figheight() == pytest.approx(0.6 * 3)
    assert_legible(figure)
    figure = fig1.Figure(figsize=(7, 3))
    small_print.add_note(figure, "one line")
    assert figure.get_figheight() == 3


def test_the_papers_numbers_match_the_configuration(config):
    equation = {
        name: value
        for block in config["problems"].values()
        for name, value in block["equation"].items()
    }
    training = config["training"] | {"optimiser": config["optimisers"]["adam"]}
    constants = {"method_constants": config["methods"]["rba"], "training": training}
    blocks = config | {"equation": equation} | constants
    for key, value in differences.PAPER.items():
        assert functools.reduce(lambda tree, name: tree[name], key.split("."), blocks) == value


def small_print_of(*reached, problems=("allen_cahn",)):
    """Small print for runs that have reached these iterations; None: the end."""
    runs = make_material(problems, methods=("rba", "vanilla"), seeds=(0,)).runs()
    for run, last in zip(runs, reached, strict=False):
        run.attributes.update({} if last is None else {"reached": last})
    figure = fig1.Figure()
    small_print.add_small_print(figure, runs)
    return figure.texts[0].get_text()


def test_small_print_gives_the_iterations_reached_by_unfinished_trainings():
    rest = "; 30 collocation points; seed 0"
    assert small_print_of() == f"Scale test; 1,199 iterations{rest}"
    assert small_print_of(900, 900) == f"Scale test; to iteration 900 of 1,199{rest}"
    assert small_print_of(900, 800) == f"Scale test; to iteration 800–900 of 1,199{rest}"
    assert small_print_of(900, None) == f"Scale test; to iteration 900–1,199 of 1,199{rest}"
    each = small_print_of(900, 900, problems=("allen_cahn", "burgers"))
    assert each.endswith("Allen-Cahn 900 of 1,199 / 30; Burgers 1,999 / 30")


@pytest.mark.parametrize("module", [fig1, fig10, figA13])
def test_small_print_of_unfinished_trainings_fits(module, assert_legible):
    material = make_material(methods=("rba", "vanilla"))
    for number, run in enumerate(material.runs()):
        run.attributes["settings"]["training"].update({"iterations": 300_000, "points": 25_600})
        run.attributes["reached"] = 90_000 + 1111 * number
    assert_legible(module.draw(material, SETTINGS))


def test_a_figure_can_need_files_of_one_method_only():
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
