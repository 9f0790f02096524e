"""Figures that are computed without training (3, 4, 5)."""

import json
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.text import Annotation

from pinn_phases.__main__ import main
from pinn_phases.analysis import branches, landscape
from pinn_phases.analysis.gradient_noise import gradients_of_ratio, signal_to_noise
from pinn_phases.figures import fig3, fig4, fig5
from pinn_phases.figures.base import Material
from pinn_phases.figures.drawing import style
from pinn_phases.settings.figures import FigureSettings

SETTINGS = FigureSettings.model_construct(smoothing=10, phases_of="rba")
MODULES = (fig3, fig4, fig5)


@pytest.fixture(autouse=True)
def set_style():
    """Set the style as the command does."""
    style.set_style()


def draw(module):
    """Draw without files."""
    return module.draw(Material(()), SETTINGS)


def lines_of(axes, colour):
    """Lines of one colour."""
    return [line for line in axes.get_lines() if same_color(line.get_color(), colour)]


@pytest.mark.parametrize("module", MODULES)
def test_needs_no_files_and_is_legible(module, assert_legible):
    assert list(module.REQUIREMENT.files(None)) == []
    assert_legible(draw(module))


def test_figure_3_shows_vectors_of_the_snr_in_its_titles():
    figure = draw(fig3)
    titles = [text.get_text() for text in figure.texts if "SNR" in text.get_text()]
    assert [t.split(":")[0].split()[-1] for t in titles] == ["5", "0", "1"]
    for axes, ratio in zip(figure.axes, (5.0, 0.0, 1.0), strict=True):
        # A drop line from each tip to the plane and on to the origin; none for a mean of zero.
        drops = [line for line in axes.get_lines() if len(line.get_data_3d()[0]) == 3]
        tips = np.array([np.array(line.get_data_3d())[:, 0] for line in drops])
        arrows = [a for a in axes.texts if isinstance(a, Annotation) and a.arrow_patch]
        assert len(arrows) == len(tips) == (4 if ratio else 3)
        assert len({a.arrow_patch.get_mutation_scale() for a in arrows}) == 1  # equal heads
        assert signal_to_noise(tips[:3]) == pytest.approx(ratio, rel=1e-14)  # rounding errors
        noise = 0.3 if ratio == 5 else 1.0
        expected = noise * gradients_of_ratio(ratio, fig3.DIRECTION, fig3.DEVIATIONS)
        np.testing.assert_allclose(tips[:3], expected, atol=1e-15)
        np.testing.assert_allclose(tips[3:], expected.mean(0)[None][: len(tips) - 3], atol=1e-15)


def test_figure_4_shows_the_run_its_corrections_and_the_slices():
    figure, run = draw(fig4), landscape.descend()
    way, steps, plain, scaled = figure.axes
    np.testing.assert_array_equal(way.get_lines()[0].get_xydata(), run.parameters)
    for j, colour in enumerate(style.PARAMETER_COLOURS):
        size, mean = lines_of(steps, colour)
        np.testing.assert_array_equal(size.get_ydata(), np.abs(run.corrections[:, j]))
        np.testing.assert_allclose(mean.get_ydata()[-1], size.get_ydata().mean(), rtol=1e-13)
    sharp, flat = (
        [lines_of(axes, c)[0] for axes in (plain, scaled)] for c in style.PARAMETER_COLOURS
    )
    assert np.array_equal(*(line.get_ydata() for line in flat))
    # Stretched: the loss at a distance is the plain slice's at that distance over the factor.
    factor = landscape.stretch(run)
    near = np.interp(sharp[1].get_xdata() / factor, *sharp[0].get_xydata().T)
    # Linear interpolation with a spacing of 0.05: curvature 10 times 0.05^2 / 8.
    np.testing.assert_allclose(sharp[1].get_ydata(), near, atol=0.0032)
    assert [axes.texts[0].get_text() for axes in (plain, scaled)] == [
        "curvatures 100 : 1;\nloss up to 223",
        "curvatures 2.77 : 1",
    ]
    assert plain.get_ylim() == scaled.get_ylim()


def test_contours_of_figure_4_are_evenly_spaced_in_the_logarithm_of_the_loss():
    assert np.ptp(np.diff(np.log(fig4.LEVELS))) < 1e-12
    assert fig4.LEVELS[-1] > landscape.loss(landscape.START)


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_figure_5_shows_path_and_pulls_of_each_branch(name):
    figure, branch = draw(fig5), branches.branches()[name]
    axes = figure.axes["ABC".index(name)]
    assert axes.get_title("left").startswith(f"{name}:")
    path = lines_of(axes, style.MEAN_COLOUR)[0]
    np.testing.assert_array_equal(path.get_ydata(), branch.theta[: fig5.LAST + 1])
    arrows = [a for a in axes.texts if isinstance(a, Annotation) and a.arrow_patch]
    pulls = sorted(a.xy[1] - a.xyann[1] for a in arrows)
    wanted = -fig5.LENGTH * branch.gradients[list(fig5.SHOWN)].ravel()
    np.testing.assert_allclose(pulls, sorted(wanted[np.abs(wanted) > fig5.SHORTEST]), atol=1e-14)
    at_rest = [a for a in arrows if a.xy[0] > fig5.LAST]
    assert len(at_rest) == {"A": 2, "B": 2, "C": 3}[name]  # samples that still pull
    lower, upper = axes.get_ylim()
    assert all(lower < a.xy[1] < upper for a in arrows)


def test_command_draws_a_figure_without_inputs(tmp_path, config):
    pdf, png = tmp_path / "fig3.pdf", tmp_path / "fig3.png"
    arguments = ["figure", "fig3", "--settings", json.dumps(config["figures"])]
    arguments += ["--inputs", "--pdf", str(pdf), "--png", str(png)]
    assert main(arguments) == 0
    assert pdf.read_bytes().startswith(b"%PDF") and b"made from: no files" in pdf.read_bytes()
    assert png.read_bytes().startswith(b"\x89PNG")


def test_the_file_has_the_title_of_the_figure(tmp_path):
    pdf, png = tmp_path / "fig3.pdf", tmp_path / "fig3.png"
    options = ("--settings", SETTINGS.model_dump_json(), "--inputs", "--pdf", pdf, "--png", png)
    assert main(["figure", "fig3", *map(str, options)]) == 0
    title = b"Figure 3: gradients of three samples in a space of three parameters"
    assert b"/Title (" + title in pdf.read_bytes() and title in png.read_bytes()


def test_an_installed_font_is_used_by_name(tmp_path, monkeypatch, caplog):
    other = Path(
        matplotlib.get_data_path(), "fonts/ttf/STIXGeneral.ttf"
    )  # in place of the system's fonts
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda: [str(other)])
    for font, used in (("STIXGeneral", b"STIXGeneral"), ("Nobody's Sans", b"DejaVuSans")):
        pdf, png = tmp_path / "fig5.pdf", tmp_path / "fig5.png"
        settings = SETTINGS.model_copy(update={"font": font}).model_dump_json()
        options = ("--settings", settings, "--inputs", "--pdf", pdf, "--png", png)
        assert main(["figure", "fig5", *map(str, options)]) == 0
        assert b"+" + used in pdf.read_bytes() and b"/FontFile2" in pdf.read_bytes()  # embedded
        message = "figures.font: Nobody's Sans is not installed; using DejaVu Sans"
        assert (message in caplog.messages) == (used == b"DejaVuSans")


@pytest.mark.parametrize("commit", ["abc123", None])
def test_the_files_of_a_figure_name_its_commit_if_it_is_known(tmp_path, monkeypatch, commit):
    record = {"git_commit": commit, "code": "c0de"}
    monkeypatch.setattr("pinn_phases.commands.figure.provenance", lambda code: record)
    pdf, png = tmp_path / "fig3.pdf", tmp_path / "fig3.png"
    options = ("--settings", SETTINGS.model_dump_json(), "--inputs", "--pdf", pdf, "--png", png)
    assert main(["figure", "fig3", *map(str, options)]) == 0
    for data in (pdf.read_bytes(), png.read_bytes()):
        assert b"code: c0de" in data
        assert (b"commit: abc123" in data) == (b"commit" in data) == (commit is not None)
