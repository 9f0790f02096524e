"""Inputs of the figures, and their labels in the report."""

from pinn_phases.figures.drawing.listing import file_name, labels, section


def figure_inputs(figure):
    """Files that a figure needs, at the chosen scale."""
    needed, folder = requirement(figure), f"results/{SETTINGS.scale}"
    if figure not in FIGURE_NAMES:
        if needed.optimisers and needed.pairs(SETTINGS):
            methods = ", ".join(dict.fromkeys(method for _, method in needed.pairs(SETTINGS)))
            return unavailable(
                f"{figure} compares optimisers; expected compared_methods with several, such as"
                f" [rba, rba-soap], received [{methods}]"
            )
        shown = [" with ".join(pair) for pair in needed.published] or needed.problems
        available = f"scale {SETTINGS.scale} has {only_available(SETTINGS, *needed.problems)}"
        return unavailable(f"{figure} shows {', '.join(shown)}; {available}")
    published = needed.pairs(SETTINGS) if needed.published else []
    return [
        *(f"{folder}/{kind}/{p}/{m}/seed{seed}.h5" for kind, p, m, seed in needed.files(SETTINGS)),
        *(f"{folder}/published/{problem}/{method}.h5" for problem, method in published),
    ]


def figure_labels(figure):
    """Labels of a figure in the report."""
    return labels(figure, SETTINGS) if figure in FIGURE_NAMES else {}


NAMED_FIGURES = {
    figure: f"results/{SETTINGS.scale}/figures/{file_name(figure, SETTINGS)}.pdf"
    for figure in FIGURE_NAMES
}


def benchmark_targets(problem):
    """Figures that show this problem and no other."""
    if problem not in SETTINGS.problems:
        available = only_available(SETTINGS, problem)
        return unavailable(f"scale {SETTINGS.scale} does not have {problem}, {available}")
    return [
        f"paper_figures/{figure}.pdf"
        for figure in FIGURE_NAMES
        if requirement(figure).problems == (problem,)
    ]
