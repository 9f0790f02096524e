"""Training on a GPU, held against the CPU."""

import numpy as np
import pytest
import torch

from pinn_phases.model import Place
from pinn_phases.training.checkpoints import Checkpoints
from pinn_phases.training.job import train
from tests.training.conftest import make_settings
from tests.training.test_objective import small_case

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")


def gradients(device, *, compiled, problem):
    """Residuals and gradients of a small training, in float64."""
    place = Place(torch.device(device), torch.float64)
    _, _, objective, parameters, weights, _ = small_case("rba", problem, compiled, place)
    loss, found = objective.gradients([p.to(device) for p in parameters], weights.to(device))
    return [loss.residual.cpu(), *(g.cpu() for g in found)]


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("problem", ["allen_cahn", "cavity"])
def test_gradients_are_those_of_the_cpu(problem, compiled):
    expected = gradients("cpu", compiled=False, problem=problem)
    actual = gradients("cuda", compiled=compiled, problem=problem)
    # float64, sums in another order, of terms of up to 1e4 in the cavity
    torch.testing.assert_close(actual, expected, rtol=1e-9, atol=1e-9)


def test_a_training_gives_the_same_data_twice_and_resumes(reference, tmp_path):
    def run(folder, **changes):
        settings = make_settings(**changes)
        checkpoints = Checkpoints.beside(tmp_path / folder / "run.h5", settings, "code")
        return train(settings, reference, checkpoints, threads=1, gpus=1, bar=False).arrays

    whole = run("whole")
    run("parts", iterations=33)
    for name, values in run("parts").items():
        np.testing.assert_array_equal(values, whole[name], err_msg=name)
