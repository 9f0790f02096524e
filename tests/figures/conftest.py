"""Fixtures of the figure tests."""

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg


@pytest.fixture(scope="session")
def assert_legible():
    """Check that nothing in a figure is cut off and no texts overlap."""

    def check(figure):
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw_without_rendering()
        box = figure.get_tightbbox(renderer)  # inches, including tick labels
        width, height = figure.get_size_inches()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        texts = list(figure.texts)
        for axes in figure.axes:
            texts += [*axes.texts, axes.title, axes._left_title]
            texts += [axes.xaxis.label, axes.yaxis.label]
        for legend in figure.legends:
            texts += legend.get_texts()
        boxes = [(t, t.get_window_extent(renderer)) for t in texts if t.get_text()]
        for (first, a), (second, b) in itertools.combinations(boxes, 2):
            assert not a.overlaps(b), (first, second)

    return check


@pytest.fixture(scope="session")
def in_bins():
    """Reduce a curve to its medians in bins of a fortieth of a decade."""

    def medians(iteration, values):
        bins = np.floor(40 * np.log10(iteration))
        masks = [bins == number for number in np.unique(bins)]
        x = np.array([np.median(iteration[rows]) for rows in masks])
        x[-1] = iteration[-1]
        # For several runs: the median of their medians.
        return x, np.array([np.median(np.median(values[..., rows], -1)) for rows in masks])

    return medians
