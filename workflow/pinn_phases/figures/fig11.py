"""Figure 11: information, binary activations and weights of the layers, Allen-Cahn equation."""

from matplotlib.figure import Figure

from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import layer_information
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.settings.figures import FigureSettings

PROBLEM = "allen_cahn"
SECTION = Section.INFORMATION
REQUIREMENT = Requirement(problems=(PROBLEM,), kinds=("information", "phases"))


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure."""
    return layer_information.draw(PROBLEM, ("relative", "binary", "norm"), material, settings)
