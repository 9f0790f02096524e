"""Every engine computes the same loss, compared with float64, and follows the same protocol."""

import dataclasses
import io
import json

import numpy as np
import pytest

from benchmarks.compare import disagreement, require_agreement
from benchmarks.engine import serve
from benchmarks.engines.base import engine_class
from benchmarks.sizes import COEFFICIENTS
from benchmarks.task import Task
from benchmarks.training_task import evaluate_exactly, make_task
from tests.benchmarks.conftest import small_settings

PEERS = {"deepxde": "deepxde", "jax": "jax", "pina": "pina"}  # engine: package that it needs
EVALUATING = ["ours", "ours_plain", "ours_statistics", "nested", *PEERS]


def engine(name, task):
    """Set up an engine, if its package is installed."""
    if name in PEERS:
        pytest.importorskip(PEERS[name], reason=f"{PEERS[name]} is installed only for benchmarks")
    return engine_class(name)(task)


@pytest.mark.parametrize("problem", COEFFICIENTS)
@pytest.mark.parametrize("name", EVALUATING)
def test_engines_agree_with_float64(name, problem):
    task = make_task(small_settings(problem))
    evaluation = engine(name, task).evaluate()
    assert evaluation.residual.shape == (2 if problem == "cavity" else 1, 60)
    require_agreement(name, disagreement(evaluation, evaluate_exactly(task)))


@pytest.mark.parametrize("problem", COEFFICIENTS)
def test_wrong_losses_are_detected(problem):
    """Any coefficient, or the weight of any condition, off by a factor of two."""
    settings = small_settings(problem)
    task = make_task(settings)
    exact = evaluate_exactly(task)
    wrong = []
    for name, value in task.coefficients.items():
        equation = settings.equation.model_copy(update={name: 2 * value})
        wrong.append(settings.model_copy(update={"equation": equation}))
    for name, term in settings.training.conditions.items():
        changed = {name: term.model_copy(update={"weight": 2.0})}
        conditions = {**settings.training.conditions, **changed}
        wrong.append(small_settings(problem, conditions=conditions))
    for other in wrong:
        errors = disagreement(evaluate_exactly(make_task(other)), exact)
        with pytest.raises(ValueError, match="expected a (residual|gradient)_error of at most"):
            require_agreement("wrong", errors)


def test_nan_is_detected():
    with pytest.raises(ValueError, match="received nan"):
        require_agreement("wrong", {"residual_error": float("nan")})


@pytest.mark.parametrize("name", EVALUATING)
def test_engines_take_the_same_step(name):
    """After two iterations the residuals still agree, so Adam's steps do."""
    task = make_task(small_settings("allen_cahn"))
    one, other = engine(name, task), engine("nested", task)
    for each in (one, other):
        each.seconds(2)
    # Adam divides a gradient by its own size: one that rounds to zero may get either sign.
    np.testing.assert_allclose(one.evaluate().residual, other.evaluate().residual, atol=1e-3)


def test_a_task_is_saved_and_loaded_unchanged(tmp_path):
    task = make_task(small_settings("cavity"))
    task.save(tmp_path / "task.npz")
    loaded = Task.load(tmp_path / "task.npz")
    np.testing.assert_equal(dataclasses.asdict(loaded), dataclasses.asdict(task))


def test_a_network_that_not_all_engines_support_is_refused():
    network = small_settings("allen_cahn").training.network.model_copy(update={"fourier_modes": 3})
    with pytest.raises(ValueError, match="expected a network of the coordinates"):
        make_task(small_settings("allen_cahn", network=network))


def test_the_protocol(tmp_path):
    task = make_task(small_settings("allen_cahn"))
    answers = io.StringIO()
    serve("nested", task, tmp_path / "check.npz", io.StringIO("2\n3\n"), answers)
    hello, *times = map(json.loads, answers.getvalue().splitlines())
    assert hello["engine"] == "nested" and hello["versions"].keys() == {"python", "torch"}
    assert [len(answer["seconds"]) for answer in times] == [2, 3]
    assert all(second > 0 for answer in times for second in answer["seconds"])
    with np.load(tmp_path / "check.npz") as check:
        assert check["residual"].shape == (1, 60)
        assert check["gradient"].shape == (sum(p.size for p in task.parameters),)


def test_the_floor_counts_the_products_of_the_streams():
    task = make_task(small_settings("helmholtz"))
    floor = engine_class("products")(task)
    floor.iterate()
    inputs, width, outputs = 2, 16, 1  # smoke scale: two hidden layers
    weights = inputs * width * 2 + width * width * 3 + width * outputs * 3
    assert floor.flops == 2 * 4 * 60 * weights  # u, u_x, u_y and the Laplacian at 60 points


BLOCK = """
import numpy as np
from benchmarks.engine import peak_memory_mb
before = peak_memory_mb()
block = np.ones(50 * 2**20 // 8)  # 50 MB
print(peak_memory_mb() - before)
"""


def test_memory_is_the_peak_of_this_process(python, repository):
    done = python("-c", BLOCK, cwd=repository)
    assert float(done.stdout) == pytest.approx(50, abs=5), done.stderr
