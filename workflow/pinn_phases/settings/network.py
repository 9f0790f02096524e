"""Settings of the network, and the sizes of its layers."""

from pydantic import Field

from pinn_phases.model import StrictModel
from pinn_phases.problems.base import Problem


class NetworkSettings(StrictModel):
    """Size of the network, its input features, and the ansatz that contains it."""

    hidden_layers: int = Field(ge=1)
    width: int = Field(ge=1)  # neurons per hidden layer
    fourier_modes: int = Field(ge=0)  # of each periodic coordinate, as further inputs
    ansatz: str  # one of the problem's

    def sizes(self, problem: Problem | type[Problem]) -> tuple[int, ...]:
        """Sizes of the input, of every hidden layer and of the output.

        The input has the features of `pinn_phases.network.features`: the coordinates, and a cosine
        and a sine for each Fourier mode of a periodic coordinate.
        """
        inputs = len(problem.coordinates) + 2 * self.fourier_modes * len(problem.periodic)
        return (inputs, *[self.width] * self.hidden_layers, len(problem.fields))
