"""The project's fast engine with the step of the training loop, for vanilla."""

import torch

from benchmarks.engines.base import Engine, Evaluation, flat
from benchmarks.task import Task
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.engines.factory import make_engine
from pinn_phases.training.iteration import Iteration
from pinn_phases.training.state import State
from pinn_phases.training.threads import ThreadPool


class Ours(Engine):
    """An iteration of the training loop that is not recorded."""

    def __init__(self, task: Task) -> None:
        settings = RunSettings.model_validate_json(task.settings)
        training, problem = settings.training, settings.equation
        device = torch.device(task.device)
        self.threads = ThreadPool(torch.get_num_threads() if task.device == "cpu" else 1)
        engine = make_engine(
            problem,
            settings.method_constants,
            training,
            task.points.astype("float64"),
            compiled=training.compiled,
            device=device,
            threads=self.threads,
        )
        parameters = [torch.tensor(values, device=device) for values in task.parameters]
        state = State.start(
            parameters, training.optimiser, len(problem.equations), len(task.points)
        )
        self.iteration = Iteration(engine, state)

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
