"""Fixtures of the figure tests."""

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg


@pytest.fixture(scope="session")
def assert_legible():
    """Check that nothing in a figure is cut off and no texts overlap."""

    def check(figure):
        FigureCanvasAgg(figure).draw()
        renderer = figure.canvas.get_renderer()
        drawn = figure.get_tightbbox(renderer)  # inches, tick labels included
        width, height = figure.get_size_inches()
        assert drawn.x0 >= 0 and drawn.y0 >= 0 and drawn.x1 <= width and drawn.y1 <= height
        words = list(figure.texts)
        for axes in figure.axes:
            words += [*axes.texts, axes.title, axes._left_title]
            words += [axes.xaxis.label, axes.yaxis.label]
        for legend in figure.legends:
            words += legend.get_texts()
        boxes = [(w, w.get_window_extent(renderer)) for w in words if w.get_text()]
        for (first, a), (second, b) in itertools.combinations(boxes, 2):
            assert not a.overlaps(b), (first, second)

    return check


@pytest.fixture(scope="session")
def in_bins():
    """Reduce a curve to its medians in bins of a fortieth of a decade."""

    def shown(iteration, values):
        places = np.floor(40 * np.log10(iteration))
        inside = [places == place for place in np.unique(places)]
        at = np.array([np.median(iteration[rows]) for rows in inside])
        at[-1] = iteration[-1]
        # Several runs: the median of their medians.
        return at, np.array([np.median(np.median(values[..., rows], -1)) for rows in inside])

    return shown
