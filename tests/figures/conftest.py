"""What the tests of several figures share."""

import itertools

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg


@pytest.fixture(scope="session")
def assert_legible():
    """Check that nothing of a figure is cut off and no words overlap."""

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
