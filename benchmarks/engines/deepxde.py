"""DeepXDE with its PyTorch backend.

A `dde.data.PDE` whose `anchors` are the collocation points (its documented way to choose them),
`dde.icbc` conditions, `dde.nn.FNN`, and `dde.grad`, which keeps first derivatives for reuse. The
timing covers an iteration of `model.train` without its display. DeepXDE also evaluates the equation
at the points of the conditions, and drops these values from the loss.
"""

import os
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

os.environ["DDE_BACKEND"] = "pytorch"

import deepxde as dde
import numpy as np
import torch

from benchmarks.engines.base import Engine, Evaluation, flat
from benchmarks.task import Array, Task, Term

jacobian, hessian = dde.grad.jacobian, dde.grad.hessian


class DeepXde(Engine):
    """A `dde.Model`, compiled for Adam."""

    packages: ClassVar[tuple[str, ...]] = ("deepxde", "torch")

    def __init__(self, task: Task) -> None:
        dde.config.set_default_float("float32")
        # Only sampling and conditions that are not used here need the true box.
        geometry = dde.geometry.Rectangle([-1, -1], [1, 1])
        equation = EQUATIONS[task.problem]

        def pde(x: Any, y: Any) -> Sequence[Any]:
            return equation(task.coefficients, x, y)

        conditions = [bc for term in task.terms for bc in _conditions(geometry, term)]
        data = dde.data.PDE(
            geometry, pde, [bc for bc, _ in conditions], num_domain=0, anchors=task.points
        )
        net = dde.nn.FNN(task.sizes, "tanh", "Glorot normal")
        with torch.no_grad():
            for linear, (weight, bias) in zip(net.linears, task.layers, strict=True):
                linear.weight.copy_(torch.as_tensor(weight))
                linear.bias.copy_(torch.as_tensor(bias))
        self.task, self.pde, self.data = task, pde, data
        self.model = dde.Model(data, net)
        equations = 2 if task.problem == "cavity" else 1
        self.model.compile(
            torch.optim.Adam(
                net.parameters(),
                lr=task.adam.learning_rate,
                betas=(task.adam.beta1, task.adam.beta2),
                eps=task.adam.epsilon,
            ),
            loss_weights=[1.0] * equations + [weight for _, weight in conditions],
            verbose=0,
        )

    def evaluate(self) -> Evaluation:
        """Evaluate residual and gradient."""
        _, losses = self.model.outputs_losses_train(*self.data.train_next_batch())
        parameters = list(self.model.net.parameters())
        gradient = torch.autograd.grad(losses.sum(), parameters, materialize_grads=True)
        residual = self.model.predict(self.task.points, operator=self.pde)
        residual = residual if isinstance(residual, list) else [residual]
        return Evaluation(np.stack([r[:, 0] for r in residual]), flat(gradient))

    def iterate(self) -> None:
        """One step of Adam, as `Model._train_sgd` does it."""
        state = self.model.train_state
        state.set_data_train(*self.data.train_next_batch(self.model.batch_size))
        self.model._train_step(state.X_train, state.y_train, state.train_aux_vars)


class _PeriodicPoints(dde.icbc.PeriodicBC):
    """A periodic condition at given points instead of those that the geometry samples."""

    def __init__(self, geometry: Any, term: Term, order: int) -> None:
        super().__init__(geometry, 1, lambda _, on_boundary: on_boundary, derivative_order=order)
        self.both = np.concatenate(term.points)

    def collocation_points(self, X: Array) -> Array:
        return self.both


def _conditions(geometry: Any, term: Term) -> list[tuple[Any, float]]:
    """Return DeepXDE's conditions for a term, each with its weight."""
    if term.kind == "value":
        conditions = [dde.icbc.PointSetBC(term.points[0], term.targets[0][:, None])]
    elif term.kind == "periodic":
        conditions = [_PeriodicPoints(geometry, term, order) for order in (0, 1)]
    else:
        functions = (
            lambda x, y, _: jacobian(y, x, i=0, j=1),
            lambda x, y, _: -jacobian(y, x, i=0, j=0),
        )
        conditions = [
            dde.icbc.PointSetOperatorBC(term.points[0], target[:, None], function)
            for function, target in zip(functions, term.targets, strict=True)
        ]
    return [(condition, term.weight) for condition in conditions]


def _allen_cahn(c: Any, x: Any, y: Any) -> Sequence[Any]:
    u_t, u_xx = jacobian(y, x, i=0, j=0), hessian(y, x, i=1, j=1)
    return [u_t - c["diffusion"] * u_xx - c["reaction"] * (y - y**3)]


def _burgers(c: Any, x: Any, y: Any) -> Sequence[Any]:
    u_t, u_x, u_xx = jacobian(y, x, i=0, j=0), jacobian(y, x, i=0, j=1), hessian(y, x, i=1, j=1)
    return [u_t + y * u_x - c["viscosity"] * u_xx]


def _helmholtz(c: Any, x: Any, y: Any) -> Sequence[Any]:
    k, a1, a2 = c["k"], c["a1"] * np.pi, c["a2"] * np.pi
    forcing = (k**2 - a1**2 - a2**2) * torch.sin(a1 * x[:, 0:1]) * torch.sin(a2 * x[:, 1:2])
    return [hessian(y, x, i=0, j=0) + hessian(y, x, i=1, j=1) + k**2 * y - forcing]


def _cavity(c: Any, x: Any, y: Any) -> Sequence[Any]:
    u, v = jacobian(y, x, i=0, j=1), -jacobian(y, x, i=0, j=0)
    p_x, p_y = jacobian(y, x, i=1, j=0), jacobian(y, x, i=1, j=1)
    u_x, u_y = jacobian(u, x, i=0, j=0), jacobian(u, x, i=0, j=1)
    v_x, v_y = jacobian(v, x, i=0, j=0), jacobian(v, x, i=0, j=1)
    laplacian_u = hessian(u, x, i=0, j=0) + hessian(u, x, i=1, j=1)
    laplacian_v = hessian(v, x, i=0, j=0) + hessian(v, x, i=1, j=1)
    return [
        u * u_x + v * u_y + p_x - laplacian_u / c["reynolds"],
        u * v_x + v * v_y + p_y - laplacian_v / c["reynolds"],
    ]


EQUATIONS: dict[str, Callable[[Any, Any, Any], Sequence[Any]]] = {
    "allen_cahn": _allen_cahn,
    "burgers": _burgers,
    "helmholtz": _helmholtz,
    "cavity": _cavity,
}
