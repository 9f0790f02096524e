"""The approximate solution u = A + B N at fixed points, with N the network.

The streams (values and derivatives) of the input features, A and B do not depend on the
parameters, so `FieldAt` computes them once, in float64.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from pinn_phases.network.features import input_features
from pinn_phases.network.streams import (
    Layout,
    function_streams,
    network_streams,
    product_streams,
)
from pinn_phases.operators import Fields, Operators
from pinn_phases.problems.base import Points, Problem
from pinn_phases.settings.network import NetworkSettings


class FieldAt:
    """The fields of a problem at fixed points, for any parameters.

    Parameters
    ----------
    operators
        Operators that will be applied to the fields.
    batches
        If given, the points are split into this number of consecutive batches of equal size.
    """

    def __init__(
        self,
        problem: Problem,
        network: NetworkSettings,
        points: Points,
        operators: Operators,
        *,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
        batches: int | None = None,
    ) -> None:
        self.names = problem.fields
        self.layout = Layout.of(problem.coordinates, operators)
        exact = torch.as_tensor(points, dtype=torch.float64)

        def constant(
            streams: Float[Tensor, "streams points values"],
        ) -> Float[Tensor, "*batches streams points values"]:
            if batches is not None:
                streams = streams.unflatten(1, (batches, -1)).movedim(1, 0)
            return streams.to(device, dtype).contiguous()

        features = function_streams(
            lambda point: input_features(problem, network, point), exact, self.layout
        )
        self.inputs = constant(features)
        self.ansatz: tuple[Tensor, Tensor] | None = None
        if network.ansatz != "plain":

            def offset_and_factor(point: Tensor) -> Tensor:
                parts = problem.ansatz(network.ansatz, point)
                return torch.stack(torch.broadcast_tensors(*parts))

            offset, factor = function_streams(offset_and_factor, exact, self.layout).split(1, -1)
            self.ansatz = constant(offset), constant(factor)

    def __call__(self, parameters: Sequence[Tensor]) -> Fields:
        """Return the jet (values and derivatives) of each field, by name."""
        return self.jets(network_streams(self.inputs, parameters, self.layout))

    def jets(self, streams: Float[Tensor, "*batches streams points outputs"]) -> Fields:
        """Return the jets of the fields from the streams of the network's outputs."""
        if self.ansatz is not None:
            offset, factor = self.ansatz
            streams = offset + product_streams(factor, streams, self.layout)
        return {
            name: self.layout.jet(streams[..., column]) for column, name in enumerate(self.names)
        }
