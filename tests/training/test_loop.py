"""The training loop: recorded data, and that interruptions do not change them."""

import shutil
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest

from pinn_phases.files import storage
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.training import loop
from pinn_phases.training.checkpointing import session
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.device import usable_threads
from pinn_phases.training.iteration import Iteration
from pinn_phases.training.loop import train
from pinn_phases.training.recording.history import is_recorded, snapshot_iterations
from tests.training.conftest import CHECKPOINT_EACH_ITERATION, make_settings

HALF_UNIT = 2.0**-24  # relative rounding error of a value that is recorded in float32


def run(settings, reference, folder, code="code", threads=1):
    """Train with checkpoints in `folder`."""
    checkpoints = Checkpoints.for_output(folder / "run.h5", settings, code)
    return train(settings, reference, checkpoints, threads=threads, gpus=0, bar=False)


def assert_same_data(actual, expected):
    """Require bit-identical datasets."""
    assert actual.arrays.keys() == expected.arrays.keys()
    for name, values in expected.arrays.items():
        np.testing.assert_array_equal(actual.arrays[name], values, err_msg=name)


@pytest.fixture(scope="module")
def uninterrupted(reference, tmp_path_factory):
    """Result of an uninterrupted training."""
    return run(make_settings(), reference, tmp_path_factory.mktemp("uninterrupted"))


@pytest.fixture(scope="module")
def finished(reference, tmp_path_factory):
    """Folder of a finished training, with its checkpoints."""
    folder = tmp_path_factory.mktemp("finished")
    run(make_settings(), reference, folder)
    return folder


@contextmanager
def counted_updates(monkeypatch):
    """Yield a list that grows by one entry with each step of the optimiser."""
    updates, update = [], Iteration.update

    def counted(self):
        updates.append(self.state.iteration)
        update(self)

    with monkeypatch.context() as patched:
        patched.setattr(Iteration, "update", counted)
        yield updates


def test_rows_and_snapshots_are_at_the_configured_iterations(uninterrupted):
    expected = [*range(1, 11), *range(14, 60, 7), 60]
    np.testing.assert_array_equal(uninterrupted.arrays["history/iteration"], expected)
    assert np.isfinite(uninterrupted.arrays["history/relative_l2"]).all()
    np.testing.assert_array_equal(
        uninterrupted.arrays["snapshots/iteration"], [1, 2, 3, 4, 6, 10, 16, 25, 40, 60]
    )


def test_signal_noise_and_rms_obey_eq_17(uninterrupted):
    snr, srr = (uninterrupted.arrays[f"history/{name}"] for name in ("snr", "srr_batch"))
    # Eq. 17 solved for SNR; where SRR is near 1, the rounding error of SRR is amplified by SNR^2.
    tolerance = 1e-13 * (1 + snr**2)
    assert (np.abs(srr / np.sqrt(1 - srr**2) / snr - 1) <= tolerance).all()
    assert snr.max() > 1 > snr.min()  # the data cover both regimes
    norms = [uninterrupted.arrays[f"history/gradient_{name}"] for name in ("mean", "std")]
    np.testing.assert_allclose(norms[0].astype(float) / norms[1], snr, rtol=2 * HALF_UNIT)


def test_squared_norms_of_layers_add_up(uninterrupted):
    for name in ("gradient_mean", "gradient_std"):
        layers = uninterrupted.arrays[f"history/layers/{name}"]
        assert layers.shape[1] == 3  # two hidden layers and the output
        whole = np.sqrt((layers.astype(float) ** 2).sum(1))
        np.testing.assert_allclose(
            whole, uninterrupted.arrays[f"history/{name}"], rtol=2 * HALF_UNIT
        )


def test_only_the_ratios_are_recorded_in_float64(uninterrupted):
    double = {
        name.removeprefix("history/")
        for name, values in uninterrupted.arrays.items()
        if values.dtype == np.float64 and name.startswith("history/")
    }
    assert double == {"snr", "srr_batch", "srr_adam", "layers/snr"}


def test_the_terms_of_the_gradient_add_up(uninterrupted):
    mean, std, snr, common, cosine = (
        uninterrupted.arrays[f"history/{name}"].astype(float)
        for name in (
            "gradient_mean",
            "gradient_std",
            "snr_residual",
            "gradient_conditions",
            "cosine",
        )
    )
    residual = snr * std
    assert (np.abs(cosine) <= 1).all() and (common > 0).all()
    # Law of cosines; each of the five values is rounded to float32 and enters at most twice.
    total = residual**2 + common**2 + 2 * residual * common * cosine
    assert (np.abs(total - mean**2) <= 10 * HALF_UNIT * (residual**2 + common**2)).all()


def test_vanilla_updates_the_weights_without_using_them(reference, tmp_path):
    settings = make_settings("vanilla")
    result = run(settings, reference, tmp_path)
    loss = result.arrays["history/loss"]
    rms = result.arrays["history/residual_rms"]
    conditions = (
        result.arrays["history/loss_initial"] + 0.5 * result.arrays["history/loss_boundary"]
    )
    np.testing.assert_allclose(loss, rms**2 + conditions, rtol=1e-5)  # float32
    assert (np.diff(result.arrays["history/weights_max"]) > 0).all()


def test_rba_weights_enter_the_loss_in_the_same_iteration(uninterrupted):
    # The first weights are rate * |R| / max |R|, so the loss can be computed from them.
    weights = uninterrupted.arrays["snapshots/weights"][0]
    assert weights.max() == pytest.approx(0.01, rel=1e-6)
    loss = uninterrupted.arrays["history/loss_pde"][0]
    largest = uninterrupted.arrays["history/residual_max"][0]
    residual = weights[0] / 0.01 * largest
    assert loss == pytest.approx(np.mean((weights[0] * residual) ** 2), rel=1e-5)  # float32


def test_same_seed_gives_the_same_data(uninterrupted, reference, tmp_path):
    assert_same_data(run(make_settings(), reference, tmp_path), uninterrupted)


@pytest.mark.skipif(usable_threads(2) < 2, reason="only one processor is available")
def test_data_do_not_depend_on_the_number_of_threads(uninterrupted, reference, tmp_path):
    assert_same_data(run(make_settings(), reference, tmp_path, threads=2), uninterrupted)


def test_more_iterations_give_the_data_of_an_uninterrupted_training(
    uninterrupted, reference, tmp_path, caplog
):
    run(make_settings(iterations=33), reference, tmp_path)
    with caplog.at_level("INFO"):
        assert_same_data(run(make_settings(), reference, tmp_path), uninterrupted)
    assert "continues after iteration 33" in caplog.text


@pytest.mark.parametrize("iterations", [1, 2, 16, 33, 40, 46, 47])  # 16 and 40 have a snapshot
def test_a_longer_training_is_truncated_exactly(
    finished, reference, tmp_path, iterations, monkeypatch
):
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    shorter = make_settings(iterations=iterations)
    expected = run(shorter, reference, tmp_path / "from_start")
    with counted_updates(monkeypatch) as updates:
        assert_same_data(run(shorter, reference, tmp_path), expected)
    milestones = [0, 1, 4, 9, 21, 45]  # iterations done before the 1st, 2nd, 5th, 10th, 22nd, 46th
    assert len(updates) == iterations - max(done for done in milestones if done < iterations)


def test_truncation_keeps_the_checkpoint_of_the_longer_training(
    uninterrupted, finished, reference, tmp_path, monkeypatch
):
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    for iterations in (47, 33):
        run(make_settings(iterations=iterations), reference, tmp_path)
    with counted_updates(monkeypatch) as updates:
        assert_same_data(run(make_settings(), reference, tmp_path), uninterrupted)
        assert not updates
        longer = run(make_settings(iterations=65), reference, tmp_path)
        assert len(updates) == 5
    assert_same_data(longer, run(make_settings(iterations=65), reference, tmp_path / "from_start"))


def test_a_shorter_training_names_its_own_checkpoint(finished, reference, tmp_path, caplog):
    """The newest checkpoint of the longer training may not exist: only the previous one."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    shorter = make_settings(iterations=33)
    checkpoints = Checkpoints.for_output(tmp_path / "run.h5", shorter, "code")
    checkpoints.newest.replace(checkpoints.previous)
    with caplog.at_level("INFO"):
        run(shorter, reference, tmp_path)
    named = checkpoints.shorter.newest
    assert named.exists() and not checkpoints.newest.exists()
    assert f"iteration 60 is already reached; saving to {named} instead" in caplog.messages


def test_a_truncated_training_that_is_stopped_resumes(finished, reference, tmp_path, monkeypatch):
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    shorter = make_settings(iterations=44)  # truncated to 21
    checkpoints = Checkpoints.for_output(tmp_path / "run.h5", shorter, "code")
    with counted_updates(monkeypatch) as updates, pytest.raises(Stopped):
        monkeypatch.setattr(loop, "stop_on_signals", lambda: lambda: len(updates) == 9)
        train(shorter, reference, checkpoints, threads=1, gpus=0, bar=False)
    monkeypatch.undo()
    with counted_updates(monkeypatch) as updates:
        result = run(shorter, reference, tmp_path)
    assert len(updates) == 44 - 21 - 10
    assert_same_data(result, run(shorter, reference, tmp_path / "from_start"))


def test_a_finished_training_is_not_repeated(uninterrupted, reference, tmp_path, monkeypatch):
    run(make_settings(), reference, tmp_path)
    monkeypatch.setattr(Iteration, "update", pytest.fail)
    assert_same_data(run(make_settings(), reference, tmp_path), uninterrupted)


def test_other_code_or_settings_do_not_use_the_checkpoint(reference, tmp_path, caplog):
    run(make_settings(iterations=5), reference, tmp_path)
    with caplog.at_level("INFO"):
        run(make_settings(iterations=5), reference, tmp_path, code="edited")
        run(make_settings(iterations=5, points=45), reference, tmp_path)
    assert "continues after" not in caplog.text


@pytest.mark.parametrize("damage", ["newest", "both"])
def test_a_damaged_checkpoint_is_skipped(uninterrupted, reference, tmp_path, caplog, damage):
    run(make_settings(iterations=33, **CHECKPOINT_EACH_ITERATION), reference, tmp_path)
    newest = Checkpoints.for_output(tmp_path / "run.h5", make_settings(), "code")
    for path in [newest.newest, newest.previous][: 1 if damage == "newest" else 2]:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    with caplog.at_level("INFO"):
        assert_same_data(run(make_settings(), reference, tmp_path), uninterrupted)
    assert "checkpoint not used" in caplog.text and "damaged" in caplog.text
    assert ("continues after iteration 32" in caplog.text) == (damage == "newest")


def test_a_damaged_checkpoint_never_replaces_a_good_one(reference, tmp_path):
    settings = make_settings(iterations=33, **CHECKPOINT_EACH_ITERATION)
    run(settings, reference, tmp_path)
    checkpoints = Checkpoints.for_output(tmp_path / "run.h5", settings, "code")
    damaged = checkpoints.newest.read_bytes()[:-1]
    checkpoints.newest.write_bytes(damaged)
    run(settings, reference, tmp_path)
    assert storage.read(checkpoints.newest).arrays["state/iteration"] == 33
    assert storage.read(checkpoints.previous).arrays["state/iteration"] == 32
    renamed = checkpoints.newest.with_name(f"{checkpoints.newest.name}.unusable")
    assert renamed.read_bytes() == damaged


def test_the_checkpoint_of_another_training_is_not_used(reference, tmp_path, caplog):
    run(make_settings(iterations=5), reference, tmp_path)
    own = Checkpoints.for_output(tmp_path / "run.h5", make_settings(), "code")
    other = Checkpoints.for_output(tmp_path / "run.h5", make_settings("vanilla"), "code")
    own.newest.replace(other.newest)
    assert other.load() is None
    assert f"expected a checkpoint of {other.newest.stem}" in caplog.text


@pytest.mark.parametrize(
    ("seconds", "reported_at", "initial"),
    [(1e-9, 23, r"[\d.e-]+"), (1e9, 28, "nan")],  # checkpoints after every iteration, or none
)
def test_a_loss_that_is_not_finite_stops_and_keeps_the_checkpoint(
    reference, tmp_path, monkeypatch, seconds, reported_at, initial
):
    settings = make_settings(checkpoint_seconds=seconds)  # every seventh iteration is recorded
    problem_class = type(settings.equation)
    calls = 0
    residual = problem_class.residual

    def failing(self, fields, source):
        nonlocal calls
        calls += 1
        factor = float("nan") if calls > 1 + 22 else 1.0  # the first call only finds the operators
        return tuple(factor * part for part in residual(self, fields, source))

    monkeypatch.setattr(problem_class, "residual", failing)
    message = rf"not finite at iteration {reported_at} \(pde nan, initial {initial},"
    with pytest.raises(Stopped, match=message):
        run(settings, reference, tmp_path)
    kept = Checkpoints.for_output(tmp_path / "run.h5", settings, "code").load()
    assert (kept is None) if reported_at == 28 else kept.arrays["state/iteration"] == 22


def test_snapshots_do_not_move_when_a_training_is_extended():
    short, long = snapshot_iterations(1000, 18), snapshot_iterations(300000, 18)
    np.testing.assert_array_equal(short, long[: len(short)])
    assert short[0] == 1 and 80 < len(long) < 120
    assert (np.diff(long) > 0).all()


def test_every_dense_iteration_is_recorded_and_then_every_nth():
    record = make_settings().training.record
    recorded = [i for i in range(1, 40) if is_recorded(i, record)]
    assert recorded == [*range(1, 11), 14, 21, 28, 35]


def test_weights_start_at_the_value_of_the_method(uninterrupted, reference, tmp_path):
    settings = make_settings("sa", iterations=1)
    first = run(settings, reference, tmp_path).arrays["snapshots/weights"][0]
    assert first.min() >= 0.5 and first.max() > 0.5  # one step of ascent from 0.5
    # The weights of RBA start at 0; after one iteration the largest is the rate.
    assert uninterrupted.arrays["snapshots/weights"][0].max() == pytest.approx(0.01, rel=1e-6)


@pytest.mark.parametrize(("platform", "unit"), [("linux", 2**10), ("darwin", 2**20)])
def test_peak_memory_is_in_mb_on_every_system(monkeypatch, platform, unit):
    monkeypatch.setattr(session.sys, "platform", platform)
    used = SimpleNamespace(ru_maxrss=5 * unit)
    monkeypatch.setattr(session.resource, "getrusage", lambda _: used)
    assert session.peak_memory_mb() == 5
