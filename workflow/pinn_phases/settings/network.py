"""Settings of the network, and the sizes of its layers."""

from pydantic import Field

from pinn_phases.problems.base import Problem
from pinn_phases.strict_model import StrictModel


class NetworkSettings(StrictModel):
    """Size of the network, its input features, and the ansatz that contains it."""

    hidden_layers: int = Field(ge=1)
    width: int = Field(ge=1)  # neurons per hidden layer
    fourier_modes: int = Field(ge=0)  # additional inputs, per periodic coordinate
    ansatz: str  # one of `Problem.ansatzes`

    def sizes(self, problem: Problem | type[Problem]) -> tuple[int, ...]:
        """Sizes of the input, of each hidden layer and of the output.

        The inputs are the features of `pinn_phases.network.features`: the coordinates, and a cosine
        and a sine for each Fourier mode of each periodic coordinate.
        """
        inputs = len(problem.coordinates) + 2 * self.fourier_modes * len(problem.periodic)
        return (inputs, *[self.width] * self.hidden_layers, len(problem.fields))
