"""The project's plain engine: nested automatic differentiation, a backward pass per batch."""

from dataclasses import replace

from benchmarks.engines.ours import Ours
from benchmarks.task import Task
from pinn_phases.settings.training import RunSettings


class OursPlain(Ours):
    """An iteration of a training with `engine: plain`."""

    def __init__(self, task: Task) -> None:
        settings = RunSettings.model_validate_json(task.settings)
        training = settings.training.model_copy(update={"engine": "plain"})
        plain = settings.model_copy(update={"training": training})
        super().__init__(replace(task, settings=plain.model_dump_json()))
