"""Training on a GPU, compared with the CPU."""

import dataclasses

import numpy as np
import pytest
import torch

from benchmarks.compare import disagreement, require_agreement
from benchmarks.engines.base import engine_class
from benchmarks.training_task import evaluate_exactly, make_task
from pinn_phases.network.network import Network
from pinn_phases.plugins import PROBLEMS, names
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.engines.fast import cuda_graph
from pinn_phases.training.engines.fast.batched_network import BatchedNetwork
from pinn_phases.training.engines.fast.triton_network import TritonNetwork, kernels_usable
from pinn_phases.training.loop import train
from pinn_phases.training.threads import ThreadPool
from tests.benchmarks.conftest import small_settings
from tests.training.conftest import make_settings
from tests.training.engines.cases import EXACT, small_case
from tests.training.engines.test_batched_network import expected, make_case
from tests.training.test_iteration import make_iteration

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")


def gradients(device, *, engine="fast", compiled=False, problem):
    """Residuals and gradients of a small training, in float64."""
    case = small_case("rba", problem)
    tested = case.engine(engine, compiled=compiled, device=torch.device(device))
    loss, found = tested.gradients([p.to(device) for p in case.parameters], case.weights.to(device))
    return [loss.residual.cpu(), *(g.cpu() for g in found)]


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize(
    ("engine", "compiled"), [("fast", False), ("fast", True), ("plain", False)]
)
@pytest.mark.parametrize("problem", ["allen_cahn", "cavity"])
def test_gradients_equal_those_on_the_cpu(problem, engine, compiled):
    expected = gradients("cpu", problem=problem)
    actual = gradients("cuda", engine=engine, compiled=compiled, problem=problem)
    # float64 with sums in another order; terms reach 1e4 in the cavity
    torch.testing.assert_close(actual, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("engine", ["fast", "plain"])
def test_a_resumed_training_gives_the_data_of_an_uninterrupted_one(engine, reference, tmp_path):
    def run(folder, **changes):
        settings = make_settings(engine=engine, **changes)
        checkpoints = Checkpoints.for_output(tmp_path / folder / "run.h5", settings, "code")
        return train(settings, reference, checkpoints, threads=1, gpus=1, bar=False).arrays

    whole = run("whole")
    run("parts", iterations=33)
    for name, values in run("parts").items():
        np.testing.assert_array_equal(values, whole[name], err_msg=name)


@pytest.mark.parametrize("problem", names(PROBLEMS))
def test_kernels_are_as_accurate_as_matrix_products_in_float32(problem):
    """Compare the relative errors of both against float64, in outputs and gradients."""
    network = Network((2, 128, 128, 128, 2))
    case = make_case(problem, network, batches=20, points=50)
    layout, *tensors = case

    def single(values):
        return (
            [single(value) for value in values]
            if isinstance(values, list)
            else values.detach().to("cuda", torch.float32)
        )

    def errors(name):
        inputs, parameters, cotangent, common = single(tensors)
        if name == "kernels":
            assert kernels_usable(inputs)
            passes = TritonNetwork(inputs, network, layout)
        else:
            passes = BatchedNetwork(inputs, network, layout, threads=ThreadPool(1), compiled=False)
        found = [passes.forward(parameters), *passes.backward(parameters, cotangent, common)]
        return [
            float((a.double().cpu() - b).norm() / b.norm())
            for a, b in zip(found, wanted, strict=True)
        ]

    wanted = expected(case)
    kernels, products = errors("kernels"), errors("products")
    # Sums are in another order; the norm of a single parameter averages over few values.
    assert all(a <= 2 * b for a, b in zip(kernels, products, strict=True)), (kernels, products)


GPU = EXACT | {"device": torch.device("cuda")}


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("method", ["vanilla", "rba", "sa"])
def test_a_captured_iteration_equals_an_eager_one(monkeypatch, method, compiled):
    def parameters_after(iterations, warm_up):
        monkeypatch.setattr(cuda_graph, "WARM_UP", warm_up)
        iteration = make_iteration(method, compiled=compiled, **GPU)
        for _ in range(iterations):
            iteration.evaluate()
            iteration.update()
        return [p.cpu() for p in iteration.state.parameters]

    # The learning rate changes after iteration 25.
    captured, called = parameters_after(30, warm_up=3), parameters_after(30, warm_up=30)
    torch.testing.assert_close(captured, called, rtol=1e-12, atol=1e-14)


def test_iterations_do_not_wait_for_the_gpu():
    iteration = make_iteration(**GPU)

    def iterate(times):
        for _ in range(times):
            iteration.evaluate()
            iteration.update()

    iterate(cuda_graph.WARM_UP + 1)
    torch.cuda.set_sync_debug_mode("error")
    try:
        iterate(10)
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("name", ["ours", "ours_statistics"])
def test_the_timed_engine_agrees_with_float64(name, compiled):
    task = make_task(small_settings("allen_cahn", compiled=compiled))
    engine = engine_class(name)(dataclasses.replace(task, device="cuda"))
    require_agreement(name, disagreement(engine.evaluate(), evaluate_exactly(task)))
    engine.seconds(5)
    engine_class("products")(dataclasses.replace(task, device="cuda")).seconds(1)
