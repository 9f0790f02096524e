"""Nested automatic differentiation in plain PyTorch, as most PINN codes are written."""

from collections.abc import Callable

import torch
from torch import Tensor

from benchmarks.engines.base import Engine, Evaluation, flat
from benchmarks.task import Task, Term


def gradient(value: Tensor, at: Tensor) -> tuple[Tensor, ...]:
    """Differentiate `value` (n,) along each coordinate of `at` (n, coordinates)."""
    (derivatives,) = torch.autograd.grad(value, at, torch.ones_like(value), create_graph=True)
    return derivatives.unbind(1)


class Nested(Engine):
    """A `torch.nn.Sequential` whose inputs require gradients."""

    def __init__(self, task: Task) -> None:
        self.task = task
        modules: list[torch.nn.Module] = []
        for weight, bias in task.layers:
            linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
            linear.weight.data.copy_(torch.from_numpy(weight))
            linear.bias.data.copy_(torch.from_numpy(bias))
            modules += [linear, torch.nn.Tanh()]
        self.network = torch.nn.Sequential(*modules[:-1])
        self.points = torch.from_numpy(task.points).requires_grad_()
        self.forcing = torch.from_numpy(task.forcing)
        self.terms = [(term, *_tensors(term)) for term in task.terms]
        self.residual: Callable[[], list[Tensor]] = getattr(self, f"_{task.problem}")
        adam = task.adam
        self.adam = torch.optim.Adam(
            self.network.parameters(),
            lr=adam.learning_rate,
            betas=(adam.beta1, adam.beta2),
            eps=adam.epsilon,
            fused=True,
        )

    def evaluate(self) -> Evaluation:
        """Evaluate residual and gradient."""
        residual = self.residual()
        parameters = list(self.network.parameters())
        found = torch.autograd.grad(self._loss(residual), parameters, materialize_grads=True)
        return Evaluation(torch.stack(residual).detach().numpy(), flat(found))

    def iterate(self) -> None:
        """One step of Adam."""
        self.adam.zero_grad()
        self._loss(self.residual()).backward()
        self.adam.step()

    def _loss(self, residual: list[Tensor]) -> Tensor:
        loss = torch.stack([r.square().mean() for r in residual]).sum()
        for term, points, targets in self.terms:
            values = self._expressions(term.kind, points)
            for value, target in zip(values, targets, strict=True):
                loss = loss + term.weight * (value - target).square().mean()
        return loss

    def _expressions(self, kind: str, points: list[Tensor]) -> tuple[Tensor, ...]:
        if kind == "value":
            return (self.network(points[0])[:, 0],)
        at = [p.requires_grad_() for p in points]
        fields = [self.network(p)[:, 0] for p in at]
        derivatives = [gradient(field, p) for field, p in zip(fields, at, strict=True)]
        if kind == "periodic":
            return fields[1] - fields[0], derivatives[1][1] - derivatives[0][1]
        psi_x, psi_y = derivatives[0]
        return psi_y, -psi_x

    def _allen_cahn(self) -> list[Tensor]:
        eps, a = (self.task.coefficients[name] for name in ("diffusion", "reaction"))
        u = self.network(self.points)[:, 0]
        u_t, u_x = gradient(u, self.points)
        _, u_xx = gradient(u_x, self.points)
        return [u_t - eps * u_xx - a * (u - u**3)]

    def _burgers(self) -> list[Tensor]:
        u = self.network(self.points)[:, 0]
        u_t, u_x = gradient(u, self.points)
        _, u_xx = gradient(u_x, self.points)
        return [u_t + u * u_x - self.task.coefficients["viscosity"] * u_xx]

    def _helmholtz(self) -> list[Tensor]:
        u = self.network(self.points)[:, 0]
        u_x, u_y = gradient(u, self.points)
        u_xx, u_yy = gradient(u_x, self.points)[0], gradient(u_y, self.points)[1]
        return [u_xx + u_yy + self.task.coefficients["k"] ** 2 * u - self.forcing]

    def _cavity(self) -> list[Tensor]:
        re = self.task.coefficients["reynolds"]
        psi, p = self.network(self.points).unbind(1)
        psi_x, psi_y = gradient(psi, self.points)
        u, v = psi_y, -psi_x
        u_x, u_y = gradient(u, self.points)
        v_x, v_y = gradient(v, self.points)
        u_xx, u_yy = gradient(u_x, self.points)[0], gradient(u_y, self.points)[1]
        v_xx, v_yy = gradient(v_x, self.points)[0], gradient(v_y, self.points)[1]
        p_x, p_y = gradient(p, self.points)
        return [
            u * u_x + v * u_y + p_x - (u_xx + u_yy) / re,
            u * v_x + v * v_y + p_y - (v_xx + v_yy) / re,
        ]


def _tensors(term: Term) -> tuple[list[Tensor], list[Tensor]]:
    points, targets = ([torch.from_numpy(a) for a in part] for part in (term.points, term.targets))
    return points, targets
