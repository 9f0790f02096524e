"""Draw how phases are found, on the authors' Allen-Cahn curve: python docs/draw_phases.py."""

from pathlib import Path

import numpy as np
import yaml
from matplotlib.figure import Figure

from pinn_phases.analysis.phases.levels import Bins
from pinn_phases.analysis.phases.search import find_phases
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.phase_marks import Span, shade
from pinn_phases.files.published import read_curves

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Draw records, levels, ceilings and the windows on either side of the rise."""
    style.set_style()
    constants = yaml.safe_load((ROOT / "config.yaml").read_text())["phases"]
    curves = read_curves(ROOT / "published", "allen_cahn", "rba")
    at, snr = curves["gradients/iteration"], curves["gradients/snr"]
    phases = find_phases(at, snr, **constants)
    bins = Bins.of(np.log10(at), np.log10(snr), constants["bins_per_decade"])
    figure = Figure(figsize=(style.TEXT_WIDTH, 3.2))
    axes = figure.add_axes((0.075, 0.14, 0.905, 0.78))
    style.log_axes(axes)
    axes.set(yscale="log", ylabel="SNR", xlim=(1, at[-1]))
    axes.plot(at, snr, ".", markersize=0.8, color="0.6", label="records")
    middles = 10 ** (bins.start + bins.width / 2)
    axes.plot(middles, 10**bins.level, color="#332288", label="level, in bins of 0.05 decades")
    axes.plot(middles, 10**bins.ceiling, color="#de8f05", label="ceiling")
    found = (phases.diffusion, phases.total_diffusion, phases.late_decrease)
    edges = [1.0, *(boundary.iteration for boundary in found if boundary), float(at[-1])]
    for name, start, end in zip(style.PHASE_SHADES, edges[:-1], edges[1:], strict=False):
        shade(axes, Span(name, start, end))
        axes.text((start * end) ** 0.5, 3e7, name, ha="center", fontsize=style.FONT_POINTS)
    rise = np.log10(phases.total_diffusion.iteration)
    before, after = constants["window"], constants["min_duration"]
    label = "levels of the windows before and after a rise"
    for first, last in ((rise - before, rise), (rise, rise + after)):
        inside = (bins.start >= first - 1e-6) & (bins.start < last - 1e-6)
        level = 10 ** np.median(bins.level[inside])
        axes.hlines(level, 10**first, 10**last, color="black", linewidth=2, label=label)
        label = "_"
    axes.legend(loc="lower left", frameon=True)
    figure.savefig(ROOT / "docs/images/phases.png", dpi=200)


if __name__ == "__main__":
    main()
