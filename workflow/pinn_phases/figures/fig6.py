"""Figure 6: training dynamics of the Allen-Cahn equation."""

from matplotlib.figure import Figure

from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import training_dynamics
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.settings.figures import FigureSettings

PROBLEM = "allen_cahn"
SECTION = Section.TOTAL_DIFFUSION
REQUIREMENT = Requirement(problems=(PROBLEM,), kinds=("runs", "phases", "fields"))


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure."""
    return training_dynamics.draw(PROBLEM, material, settings)
