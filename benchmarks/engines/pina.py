"""PINA: a problem class, its `PINN` solver, and its Trainer on one batch of all points.

Equations use `pina.operator` like those of PINA itself, except that the gradient is computed once
for all coordinates, which saves a pass. The Trainer runs without progress bar, logger and
checkpoints. The timing covers a batch, from Lightning's hook before it to the one after it, without
the Trainer's work between epochs. PINA logs each term of the loss in every batch; that cannot be
turned off.
"""

import logging
import time
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import torch
from lightning.pytorch.callbacks import Callback
from pina import Condition, LabelTensor, Trainer
from pina.domain import CartesianDomain
from pina.equation import Equation
from pina.model import FeedForward
from pina.operator import grad, laplacian
from pina.optim import TorchOptimizer
from pina.problem import SpatialProblem, TimeDependentProblem
from pina.solver import PINN
from pina.weighting import ScalarWeighting

from benchmarks.engines.base import Engine, Evaluation, flat
from benchmarks.task import Array, Task, Term

INTERIOR = "interior"


class _Times(Callback):
    """Wall time of each batch."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.began = 0.0

    def on_train_batch_start(self, *_: Any) -> None:
        self.began = time.perf_counter()

    def on_train_batch_end(self, *_: Any) -> None:
        self.seconds.append(time.perf_counter() - self.began)


class Pina(Engine):
    """A `PINN` solver with a `FeedForward` model."""

    packages: ClassVar[tuple[str, ...]] = ("pina-mathlab", "lightning", "torch")

    def __init__(self, task: Task) -> None:
        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore")
        steady = task.problem in ("helmholtz", "cavity")
        self.task, self.names = task, ["x", "y"] if steady else ["t", "x"]
        self.problem, weights = self._problem()
        self.order = [self.names.index(name) for name in self.problem.input_variables]
        sizes = task.sizes
        model = FeedForward(sizes[0], sizes[-1], layers=sizes[1:-1], func=torch.nn.Tanh)
        with torch.no_grad():
            for parameter, values in zip(model.parameters(), self._parameters(), strict=True):
                parameter.copy_(torch.as_tensor(values))
        adam = task.adam
        optimiser = TorchOptimizer(
            torch.optim.Adam,
            lr=adam.learning_rate,
            betas=(adam.beta1, adam.beta2),
            eps=adam.epsilon,
        )
        self.solver = PINN(self.problem, model, optimiser, weighting=ScalarWeighting(weights))
        self.times = _Times()
        self.trainer = Trainer(
            self.solver,
            batch_size=None,
            shuffle=False,  # two point sets are compared in order
            max_epochs=0,
            accelerator="cpu",
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
            logger=False,
            callbacks=[self.times],
        )

    def evaluate(self) -> Evaluation:
        """Evaluate residual and gradient."""
        self.solver.trainer = self.trainer  # the weighting asks it for the epoch
        losses, residual = {}, None
        for name, condition in self.problem.conditions.items():
            values = condition.evaluate({"input": condition.input.clone()}, self.solver)
            losses[name] = values.square().mean()
            residual = values if name == INTERIOR else residual
        loss = self.solver.weighting.aggregate(losses).as_subclass(torch.Tensor)
        parameters = list(self.solver.model.parameters())
        gradient = list(torch.autograd.grad(loss, parameters, materialize_grads=True))
        gradient[0] = gradient[0][:, np.argsort(self.order)]
        assert residual is not None
        return Evaluation(residual.as_subclass(torch.Tensor).detach().numpy().T, flat(gradient))

    def iterate(self) -> None:
        """One step of Adam."""
        self.seconds(1)

    def seconds(self, iterations: int) -> list[float]:
        """Run epochs of one batch, and return the wall time of each."""
        self.times.seconds = []
        self.trainer.fit_loop.max_epochs = self.trainer.current_epoch + iterations
        self.trainer.train()
        assert len(self.times.seconds) == iterations
        return self.times.seconds

    def _parameters(self) -> list[Array]:
        """Return the initial parameters, with the columns of the first layer in PINA's order."""
        first, *others = self.task.parameters
        return [first[:, self.order], *others]

    def _problem(self) -> tuple[Any, dict[str, float]]:
        """Return the problem and the weights of its conditions.

        PINA averages over all expressions of a condition; the task's loss adds their averages.
        """
        task = self.task
        equation, fields = (
            EQUATIONS[task.problem],
            ["psi", "p"] if task.problem == "cavity" else ["u"],
        )
        points = {INTERIOR: (Equation(lambda x, u: equation(task.coefficients, x, u)), task.points)}
        weights = {INTERIOR: float(len(fields))}
        for i, term in enumerate(task.terms):
            points[f"condition_{i}"] = Equation(_expression(term)), np.concatenate(term.points)
            weights[f"condition_{i}"] = term.weight * len(term.targets)
        content = {
            "output_variables": fields,
            "domains": {},
            "conditions": {
                name: Condition(input=LabelTensor(torch.as_tensor(at), self.names), equation=what)
                for name, (what, at) in points.items()
            },
        }
        if self.names == ["x", "y"]:
            content["spatial_domain"] = CartesianDomain({"x": [-1, 1], "y": [-1, 1]})
            return type("Steady", (SpatialProblem,), content)(), weights
        content |= {
            "spatial_domain": CartesianDomain({"x": [-1, 1]}),
            "temporal_domain": CartesianDomain({"t": [0, 1]}),
        }
        return type("Unsteady", (TimeDependentProblem, SpatialProblem), content)(), weights


def _expression(term: Term) -> Callable[[Any, Any], Any]:
    targets = torch.as_tensor(np.stack(term.targets, 1))

    def value(x: Any, u: Any) -> Any:
        return u - targets

    def periodic(x: Any, u: Any) -> Any:
        u_x = grad(u, x, d=["x"])
        half = len(u) // 2
        return torch.cat([u[half:] - u[:half], u_x[half:] - u_x[:half]], 1)

    def velocity(x: Any, fields: Any) -> Any:
        psi = grad(fields, x, components=["psi"])
        return torch.cat([psi["dpsidy"], -psi["dpsidx"]], 1) - targets

    return {"value": value, "periodic": periodic, "velocity": velocity}[term.kind]


def _allen_cahn(c: Any, x: Any, u: Any) -> Any:
    first = grad(u, x)
    u_xx = grad(first["dudx"], x, d=["x"])
    return first["dudt"] - c["diffusion"] * u_xx - c["reaction"] * (u - u**3)


def _burgers(c: Any, x: Any, u: Any) -> Any:
    first = grad(u, x)
    u_xx = grad(first["dudx"], x, d=["x"])
    return first["dudt"] + u * first["dudx"] - c["viscosity"] * u_xx


def _helmholtz(c: Any, x: Any, u: Any) -> Any:
    k, a1, a2 = c["k"], c["a1"] * torch.pi, c["a2"] * torch.pi
    waves = torch.sin(a1 * x["x"]) * torch.sin(a2 * x["y"])
    return laplacian(u, x) + k**2 * u - (k**2 - a1**2 - a2**2) * waves


def _cavity(c: Any, x: Any, fields: Any) -> Any:
    first = grad(fields, x)
    u, v = first["dpsidy"], -first["dpsidx"]
    p_x, p_y = first["dpdx"], first["dpdy"]
    u.labels, v.labels = ["u"], ["v"]
    u_1, v_1 = grad(u, x), grad(v, x)
    laplacian_u, laplacian_v = laplacian(u, x), laplacian(v, x)
    return torch.cat(
        [
            u * u_1["dudx"] + v * u_1["dudy"] + p_x - laplacian_u / c["reynolds"],
            u * v_1["dvdx"] + v * v_1["dvdy"] + p_y - laplacian_v / c["reynolds"],
        ],
        1,
    )


EQUATIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "allen_cahn": _allen_cahn,
    "burgers": _burgers,
    "helmholtz": _helmholtz,
    "cavity": _cavity,
}
