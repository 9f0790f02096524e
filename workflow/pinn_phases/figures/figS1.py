"""Figure S.1: information by relative and by fixed bins, Allen-Cahn equation.

Not in the paper, which only says that fixed bins gave mixed results (3.3).
"""

from matplotlib.figure import Figure

from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import layer_information
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.settings.figures import FigureSettings

PROBLEM = "allen_cahn"
SECTION = Section.NOT_IN_THE_PAPER
REQUIREMENT = Requirement(problems=(PROBLEM,), kinds=("information", "phases"))


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure."""
    return layer_information.draw(PROBLEM, ("relative", "fixed"), material, settings)
