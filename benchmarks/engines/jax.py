"""JAX: gradients of gradients at a point, vmapped over the points, jitted with Optax' Adam.

The network is a function of one point, and its derivatives are `jax.grad` of it, as in the JAX
documentation and in codes such as jaxpi. One compiled function runs the whole iteration and may
reuse the memory of the old parameters and moments.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.engines.base import Engine, Evaluation, flat
from benchmarks.task import Task, Term

Array = jax.Array
Parameters = list[tuple[Array, Array]]
Field = Callable[[Array, Array], Array]  # two coordinates to a value


class Jax(Engine):
    """A jitted iteration on parameters and optimiser state as pytrees."""

    packages: ClassVar[tuple[str, ...]] = ("jax", "jaxlib", "optax")

    def __init__(self, task: Task) -> None:
        self.task = task
        adam = task.adam
        optimiser = optax.adam(adam.learning_rate, b1=adam.beta1, b2=adam.beta2, eps=adam.epsilon)
        self.parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in task.layers]
        self.state = optimiser.init(self.parameters)
        at = jnp.asarray(task.points).T
        forcing = jnp.asarray(task.forcing if len(task.forcing) else np.zeros(len(task.points)))
        terms = [(term, jax.tree.map(jnp.asarray, _arrays(term))) for term in task.terms]
        equation = partial(EQUATIONS[task.problem], task.coefficients)

        def residual(parameters: Parameters) -> tuple[Array, ...]:
            return jax.vmap(lambda x, y, q: equation(_fields(parameters), x, y, q))(*at, forcing)

        def loss(parameters: Parameters) -> Array:
            total = sum(jnp.mean(r**2) for r in residual(parameters))
            for term, (points, targets) in terms:
                values = _expressions(term.kind, parameters, points)
                squares = (jnp.mean((v - t) ** 2) for v, t in zip(values, targets, strict=True))
                total += term.weight * sum(squares)
            return total

        @partial(jax.jit, donate_argnums=(0, 1))
        def step(parameters: Parameters, state: Any) -> tuple[Parameters, Any]:
            updates, state = optimiser.update(jax.grad(loss)(parameters), state)
            return optax.apply_updates(parameters, updates), state

        self.step = step
        self.residual, self.gradient = jax.jit(residual), jax.jit(jax.grad(loss))

    def evaluate(self) -> Evaluation:
        """Evaluate residual and gradient."""
        gradient = self.gradient(self.parameters)
        return Evaluation(
            np.stack(self.residual(self.parameters)),
            flat(part for layer in gradient for part in layer),
        )

    def iterate(self) -> None:
        """One step of Adam."""
        self.parameters, self.state = self.step(self.parameters, self.state)
        jax.block_until_ready(self.parameters)


def _network(parameters: Parameters, x: Array, y: Array) -> Array:
    """Evaluate the network at one point."""
    h = jnp.stack([x, y])
    for weight, bias in parameters[:-1]:
        h = jnp.tanh(weight @ h + bias)
    weight, bias = parameters[-1]
    return weight @ h + bias


def _fields(parameters: Parameters) -> list[Field]:
    """Return each output as a function of two coordinates."""
    outputs = len(parameters[-1][1])
    return [lambda x, y, i=i: _network(parameters, x, y)[i] for i in range(outputs)]


def _d(field: Field, *along: int) -> Field:
    """Differentiate along coordinates 0 and 1, in this order."""
    for coordinate in along:
        field = jax.grad(field, coordinate)
    return field


def _allen_cahn(c: Any, fields: list[Field], t: Array, x: Array, _: Array) -> tuple[Array, ...]:
    (u,) = fields
    value = u(t, x)
    reaction = c["reaction"] * (value - value**3)
    return (_d(u, 0)(t, x) - c["diffusion"] * _d(u, 1, 1)(t, x) - reaction,)


def _burgers(c: Any, fields: list[Field], t: Array, x: Array, _: Array) -> tuple[Array, ...]:
    (u,) = fields
    return (_d(u, 0)(t, x) + u(t, x) * _d(u, 1)(t, x) - c["viscosity"] * _d(u, 1, 1)(t, x),)


def _helmholtz(c: Any, fields: list[Field], x: Array, y: Array, q: Array) -> tuple[Array, ...]:
    (u,) = fields
    return (_d(u, 0, 0)(x, y) + _d(u, 1, 1)(x, y) + c["k"] ** 2 * u(x, y) - q,)


def _cavity(c: Any, fields: list[Field], x: Array, y: Array, _: Array) -> tuple[Array, ...]:
    psi, p = fields

    def psi_(*along: int) -> Array:
        return _d(psi, *along)(x, y)

    u, u_x, u_y, laplacian_u = psi_(1), psi_(1, 0), psi_(1, 1), psi_(1, 0, 0) + psi_(1, 1, 1)
    v, v_x, v_y, laplacian_v = -psi_(0), -psi_(0, 0), -u_x, -psi_(0, 0, 0) - psi_(0, 1, 1)
    return (
        u * u_x + v * u_y + _d(p, 0)(x, y) - laplacian_u / c["reynolds"],
        u * v_x + v * v_y + _d(p, 1)(x, y) - laplacian_v / c["reynolds"],
    )


EQUATIONS: dict[str, Callable[..., tuple[Array, ...]]] = {
    "allen_cahn": _allen_cahn,
    "burgers": _burgers,
    "helmholtz": _helmholtz,
    "cavity": _cavity,
}


def _arrays(term: Term) -> Any:
    return term.points, term.targets


def _expressions(kind: str, parameters: Parameters, points: list[Array]) -> tuple[Array, ...]:
    field = _fields(parameters)[0]

    def at(points: Array, *along: int) -> Array:
        return jax.vmap(_d(field, *along))(*points.T)

    if kind == "value":
        return (at(points[0]),)
    if kind == "periodic":
        left, right = points
        return at(right) - at(left), at(right, 1) - at(left, 1)
    return at(points[0], 1), -at(points[0], 0)
