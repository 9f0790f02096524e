"""The plain engine: definition of the loss, finite differences, and its setting."""

import logging

import numpy as np
import pytest
import torch

from pinn_phases.plugins import METHODS, PROBLEMS, names
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.loop import train
from tests.training.conftest import make_settings
from tests.training.engines.cases import small_case


@pytest.mark.parametrize("method", names(METHODS))
@pytest.mark.parametrize("problem", names(PROBLEMS))
def test_the_loss_matches_section_3_1(problem, method):
    case = small_case(method, problem)
    loss, gradients = case.engine("plain").gradients(case.parameters, case.weights)
    method, training = case.settings.method_constants, case.settings.training
    # Weights are updated for each equation separately (B.17), then used in the same iteration.
    for row, before, residual in zip(loss.weights, case.weights, loss.residual, strict=True):
        torch.testing.assert_close(row, method.update(before, residual), rtol=1e-12, atol=0)
    factor = 1 if case.settings.method == "vanilla" else loss.weights
    squares = ((factor * loss.residual) ** 2).sum(0)
    chunks = squares.split(training.points // training.batches)
    pde = torch.stack([chunk.mean() for chunk in chunks])
    torch.testing.assert_close(loss.pde, pde, rtol=1e-12, atol=0)
    weights = {name: condition.weight for name, condition in training.conditions.items()}
    total = pde.mean() + sum(weights[name] * term for name, term in loss.conditions.items())
    torch.testing.assert_close(loss.total, total, rtol=1e-12, atol=0)
    assert [g.shape for g in gradients] == [
        (training.batches, *parameter.shape) for parameter in case.parameters
    ]


@pytest.mark.parametrize("problem", names(PROBLEMS))
def test_gradients_match_finite_differences_of_the_losses(problem):
    case = small_case("vanilla", problem)  # its loss does not depend on the weights
    engine, step = case.engine("plain"), 1e-6
    generator = torch.Generator().manual_seed(2)
    direction = [torch.randn(p.shape, generator=generator, dtype=p.dtype) for p in case.parameters]

    def losses(sign):
        moved = [p + sign * step * d for p, d in zip(case.parameters, direction, strict=True)]
        loss, _ = engine.gradients(moved, case.weights)
        return loss.pde + loss.total - loss.pde.mean()  # loss of each batch, with the conditions

    _, gradients = engine.gradients(case.parameters, case.weights)
    pairs = zip(gradients, direction, strict=True)
    along = torch.stack([(g * d).flatten(1).sum(1) for g, d in pairs]).sum(0)
    # The error of central differences is of order step^2, plus rounding of 1e-16 / step.
    torch.testing.assert_close((losses(1) - losses(-1)) / (2 * step), along, rtol=1e-6, atol=1e-6)


def test_a_training_equals_that_of_the_fast_engine_up_to_rounding(reference, tmp_path, caplog):
    caplog.set_level("INFO")
    results = {}
    for engine in ("fast", "plain"):
        settings = make_settings(engine=engine, iterations=30)
        checkpoints = Checkpoints.for_output(tmp_path / "run.h5", settings, "code")
        results[engine] = train(settings, reference, checkpoints, threads=2, gpus=0, bar=False)
    assert "continues after" not in caplog.text  # each has its own checkpoints
    assert "plain engine, not compiled" in caplog.text
    fast, plain = results.values()
    assert plain.attributes["settings"]["training"]["engine"] == "plain"
    assert plain.attributes["execution"]["device"].endswith(", not compiled")
    for name in ("loss", "relative_l2", "snr", "gradient_conditions"):
        # float32; thirty iterations amplify the differences
        np.testing.assert_allclose(
            plain.arrays[f"history/{name}"], fast.arrays[f"history/{name}"], rtol=1e-3
        )


def test_the_setting_compiled_has_no_effect(reference, tmp_path, caplog):
    settings = make_settings(engine="plain", iterations=2, compiled=True)
    checkpoints = Checkpoints.for_output(tmp_path / "run.h5", settings, "code")
    result = train(settings, reference, checkpoints, threads=1, gpus=0, bar=False)
    assert result.attributes["execution"]["device"].endswith(", not compiled")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
