"""Time one loss and gradient by streams against nested automatic differentiation.

    python -m benchmarks.iteration_time --problem cavity --scale laptop --threads 1

Both do the same work on the same points in float32: weighted residual, conditions, gradient. The
streams give the gradient of each batch besides, which nested differentiation would need another
backward pass a batch for. Gradients are compared before anything is timed; the two are timed in
turn, so that a machine that changes its speed changes both.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from torch import Tensor

from benchmarks import nested_autograd
from pinn_phases.model import Place, feature_count
from pinn_phases.network import initial_parameters, layer_sizes
from pinn_phases.plugins import PROBLEMS, names
from pinn_phases.problems.base import Derivatives, Points
from pinn_phases.settings import load_scales
from pinn_phases.training.device import can_compile, describe, usable_threads
from pinn_phases.training.objective import Objective
from pinn_phases.training.points import collocation_points
from pinn_phases.training.settings import RunSettings

ROOT = Path(__file__).parents[1]
AGREEMENT = 1e-3  # of the gradient's norm: float32 through third derivatives


def nested_loss(
    settings: RunSettings, points: Points, weights: Tensor
) -> Callable[[list[Tensor]], Tensor]:
    """Full-batch loss as PINN codes usually write it."""
    problem, method, chosen = settings.make_problem(), settings.make_method(), settings.training
    collocation = torch.as_tensor(points, dtype=torch.float32)
    known = {name: torch.as_tensor(v).float() for name, v in problem.known(points).items()}
    conditions = [
        (problem.condition(name, term.points), term.weight)
        for name, term in chosen.conditions.items()
        if term.weight > 0
    ]

    def loss(parameters: list[Tensor]) -> Tensor:
        def fields(at: Tensor, derivatives: Derivatives) -> Any:
            return nested_autograd.fields(problem, chosen.network, at, parameters, derivatives)

        jets = fields(collocation, problem.derivatives)
        residual = torch.stack(problem.residual(**jets, **known))
        multiplier = method.multiplier(method.update(weights, residual.detach()))
        total = (multiplier * residual).square().mean(-1).sum()
        for condition, weight in conditions:
            at = (torch.as_tensor(p, dtype=torch.float32) for p in condition.points)
            values = condition.expressions(*(fields(x, condition.derivatives) for x in at))
            for value, target in zip(values, condition.targets, strict=True):
                total = total + weight * (value - torch.as_tensor(target).float()).square().mean()
        return total

    return loss


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Compare, time and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problem", default="allen_cahn", choices=names(PROBLEMS))
    parser.add_argument("--scale", default="laptop")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    torch.set_num_threads(usable_threads(options.threads))
    scales = load_scales(yaml.safe_load((ROOT / "config.yaml").read_text()))
    settings = scales[options.scale].run(options.problem, "rba", 0)
    problem, chosen = settings.make_problem(), settings.training
    device = torch.device("cpu")
    compiled = can_compile(device)
    points = collocation_points(problem, chosen.points, np.random.default_rng(0))
    objective = Objective(
        problem, settings.make_method(), chosen, points, compiled=compiled, place=Place(device)
    )
    network = chosen.network
    sizes = layer_sizes(
        feature_count(problem, network), network.hidden_layers, network.width, len(problem.fields)
    )
    parameters = list(initial_parameters(sizes, torch.Generator().manual_seed(0)))
    shape = len(problem.equations), chosen.points
    weights = torch.rand(shape, generator=torch.Generator().manual_seed(1))
    leaves = [p.clone().requires_grad_() for p in parameters]
    loss = nested_loss(settings, points, weights)

    def streams() -> list[Tensor]:
        return [g.mean(0) for g in objective.gradients(parameters, weights)[1]]

    def nested() -> tuple[Tensor, ...]:
        return torch.autograd.grad(loss(leaves), leaves)

    ours, theirs = (torch.cat([g.flatten() for g in work()]) for work in (streams, nested))
    difference = float((ours - theirs).norm() / theirs.norm())
    assert difference < AGREEMENT, f"gradients differ by {difference:.1e}"
    pairs = [(timed(streams), timed(nested)) for _ in range(options.rounds)]
    ratios = [b / a for a, b in pairs]
    report = {
        "problem": options.problem,
        "scale": options.scale,
        "points": chosen.points,
        "network": f"{network.hidden_layers} x {network.width}",
        "device": describe(device, compiled=compiled),
        "torch": torch.__version__,
        "gradients_differ_by": difference,
        "streams_ms": 1e3 * statistics.median(a for a, _ in pairs),
        "nested_autograd_ms": 1e3 * statistics.median(b for _, b in pairs),
        "ratio_median": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
