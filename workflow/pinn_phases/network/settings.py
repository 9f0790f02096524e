"""Settings of the network."""

from pydantic import Field

from pinn_phases.frozen import Frozen


class NetworkSettings(Frozen):
    """Size of the network and what stands before and behind it."""

    hidden_layers: int = Field(ge=1)
    width: int = Field(ge=1)  # neurons per hidden layer
    fourier_modes: int = Field(ge=0)  # of each periodic coordinate, as further inputs
    ansatz: str  # one of the problem's
