"""The project's own engine: the objective and the step of the training loop, vanilla."""

from functools import partial

import torch

from benchmarks.engines.base import Engine, Evaluation, flat
from benchmarks.task import Task
from pinn_phases.network.fields import Place
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.compilation import compiled_if_possible
from pinn_phases.training.iteration import Iteration
from pinn_phases.training.objective import Objective
from pinn_phases.training.state import State
from pinn_phases.training.workers import Workers


class Ours(Engine):
    """What the training loop does in an iteration of which nothing is recorded."""

    def __init__(self, task: Task) -> None:
        settings = RunSettings.model_validate_json(task.settings)
        training, problem = settings.training, settings.equation
        device = torch.device(task.device)
        self.workers = Workers(torch.get_num_threads() if task.device == "cpu" else 1)
        make_objective = partial(
            Objective,
            problem,
            settings.method_constants,
            training,
            task.points.astype("float64"),
            place=Place(device),
            workers=self.workers,
        )
        objective = compiled_if_possible(make_objective, training.compiled)
        parameters = [torch.tensor(values, device=device) for values in task.parameters]
        state = State.start(parameters, len(problem.equations), len(task.points))
        self.iteration = Iteration(objective, state, training.optimiser)

    def evaluate(self) -> Evaluation:
        """Evaluate residual and gradient."""
        loss, gradients = self.iteration.evaluate()
        return Evaluation(loss.residual.cpu().numpy(), flat(g.mean(0).cpu() for g in gradients))

    def iterate(self) -> None:
        """One step of Adam."""
        self.iteration.evaluate()
        self.iteration.update()
        if self.iteration.state.weights.is_cuda:
            torch.cuda.synchronize()
