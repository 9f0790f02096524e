"""The project's own engine: the objective and the step of the training loop, vanilla."""

import torch
from torch import Tensor

from benchmarks.engines.base import Engine, Evaluation, flat
from benchmarks.task import Task
from pinn_phases.model import Place
from pinn_phases.training import loop
from pinn_phases.training.device import can_compile
from pinn_phases.training.objective import Loss, Objective
from pinn_phases.training.settings import RunSettings
from pinn_phases.training.state import State
from pinn_phases.training.workers import Workers


class Ours(Engine):
    """What the training loop does in an iteration of which nothing is recorded."""

    def __init__(self, task: Task) -> None:
        settings = RunSettings.model_validate_json(task.settings)
        self.training = settings.training
        problem, device = settings.make_problem(), torch.device("cpu")
        self.objective = Objective(
            problem,
            settings.make_method(),
            self.training,
            task.points.astype("float64"),
            compiled=self.training.compiled and can_compile(device),
            place=Place(device),
            workers=Workers(torch.get_num_threads()),
        )
        parameters = [torch.from_numpy(values.copy()) for values in task.parameters]
        self.state = State.start(parameters, len(problem.equations), len(task.points))
        self.adam = loop._adam(self.state, self.training.optimiser)

    def evaluate(self) -> Evaluation:
        """Evaluate residual and gradient."""
        loss, gradients = self.gradients()
        return Evaluation(loss.residual.numpy(), flat(g.mean(0) for g in gradients))

    def iterate(self) -> None:
        """One step of Adam."""
        self.step(*self.gradients())

    def gradients(self) -> tuple[Loss, list[Tensor]]:
        """Loss, and its gradient for each batch."""
        return self.objective.gradients(self.state.parameters, self.state.weights)

    def step(self, loss: Loss, gradients: list[Tensor]) -> None:
        """End an iteration as the loop does."""
        loop._require_finite(self.state.iteration + 1, self.objective, loss)
        self.state.weights = loss.weights
        loop._step(self.adam, self.state, gradients, self.training.optimiser)
