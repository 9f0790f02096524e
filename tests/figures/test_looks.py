"""Figures look the same as their small reference images in `looks`.

After an intended change, look at the new figures at their printed size and update all images with
``python -m tests.figures.test_looks``.
"""

import functools
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.mathtext import MathTextParser
from matplotlib.text import Text
from PIL import Image

from pinn_phases.figures.base import Material, figure_module
from pinn_phases.figures.drawing import style
from pinn_phases.settings.figures import FigureSettings
from tests.figures import (
    test_layer_information,
    test_optimisers,
    test_over_iterations,
    test_published_curves,
    test_regimes,
    test_terms,
    test_training_dynamics,
)

STORED = Path(__file__).with_name("looks")
DPI = 50  # letters are five pixels high, so that shifts are detected and files stay small
SETTINGS = FigureSettings(smoothing=10, phases_of="rba")
# Root mean square over the image, in levels of 255. The pinned versions of Matplotlib and its font
# give the same image; processors that round differently may change edges by fractions of a level.
# The smallest change that was tried, another colour for one of two curves, gives 1.7.
TOLERANCE = 0.5
MATERIALS = {
    "fig1": test_over_iterations.make_material,
    "fig2": lambda: Material(tuple(test_regimes.make_files(0, late_decrease=4000.0))),
    "fig3": lambda: Material(()),
    "fig4": lambda: Material(()),
    "fig5": lambda: Material(()),
    "fig6": test_training_dynamics.material,
    "fig9": test_training_dynamics.make_cavity,
    "fig10": lambda: test_over_iterations.make_material(methods=("vanilla", "rba")),
    "fig11": test_layer_information.material,
    "fig12": test_layer_information.material,
    "figA13": test_over_iterations.make_material,
    "figA14": lambda: test_over_iterations.make_material(("allen_cahn",)),
    "figS1": test_layer_information.material,
    "figS2": test_published_curves.material,
    "figS3": lambda: Material(
        tuple(
            test_terms.make_files("allen_cahn", "vanilla")
            + test_terms.make_files("allen_cahn", "rba")
        )
    ),
    "figS4": test_optimisers.material,
}


@functools.cache
def drawn(name):
    """Draw a figure from synthetic files, once per session."""
    return draw(name)


def draw(name):
    """Draw a figure from synthetic files."""
    style.set_style()
    return figure_module(name).draw(MATERIALS[name](), SETTINGS)


def picture(figure):
    """Return the pixels of a figure: shape (height, width, 3)."""
    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3]


def difference(first, second):
    """Root mean square difference of two images, in levels of 255; infinite if sizes differ."""
    if first.shape != second.shape:
        return np.inf
    return float(np.sqrt(np.mean((first.astype(float) - second.astype(float)) ** 2)))


@pytest.mark.parametrize("name", MATERIALS)
def test_looks_as_before(name):
    stored = np.asarray(Image.open(STORED / f"{name}.png").convert("RGB"))
    assert difference(picture(drawn(name)), stored) < TOLERANCE, (
        f"{name} differs from tests/figures/looks/{name}.png: look at it, then update the image"
    )


def test_a_visible_change_is_detected(monkeypatch):
    before = picture(drawn("fig4"))
    monkeypatch.setattr(style, "PARAMETER_COLOURS", ("#332288", "#56b4e9"))
    assert difference(picture(draw("fig4")), before) > 2 * TOLERANCE


@pytest.mark.parametrize("name", ["fig3", "fig9", "fig10", "fig11", "figA14", "figS3", "figS4"])
def test_text_has_at_least_7_points_and_subscripts_6(name):
    figure = drawn(name)
    assert figure.get_figwidth() == pytest.approx(178 / 25.4)  # printed at this size
    figure.draw_without_rendering()
    parser = MathTextParser("path")
    for text in figure.findobj(Text):
        if text.get_text():
            assert text.get_fontsize() >= 7, text
            glyphs = parser.parse(text.get_text(), 72, text.get_fontproperties()).glyphs
            assert min(size for _, size, *_ in glyphs) >= 6 - 1e-9, text


def update_images():
    """Replace all reference images."""
    STORED.mkdir(exist_ok=True)
    for name in MATERIALS:
        Image.fromarray(picture(draw(name))).save(STORED / f"{name}.png", optimize=True)


if __name__ == "__main__":
    update_images()
