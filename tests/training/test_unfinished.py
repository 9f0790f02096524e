"""Runs extracted from the checkpoints of unfinished trainings."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.training import loop
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.loop import train
from tests.summary.test_summary import MADE
from tests.training.conftest import make_settings

STOPPED_AT = 33  # an iteration without recorded row and snapshot


def checkpoints_of(settings, folder):
    """Checkpoints of the training with these settings."""
    return Checkpoints.for_output(folder / "run.h5", settings, "code")


def result(settings, reference, checkpoints):
    """Train to the end, or until stopped."""
    options = {"threads": 1, "gpus": 0, "bar": False, "provenance": MADE}
    return train(settings, reference, checkpoints, **options)


@pytest.fixture(scope="module")
def uninterrupted(reference, tmp_path_factory):
    """Result and last checkpoint of an uninterrupted training."""
    settings = make_settings()
    checkpoints = checkpoints_of(settings, tmp_path_factory.mktemp("uninterrupted"))
    return result(settings, reference, checkpoints), checkpoints.newest


@pytest.fixture(scope="module")
def stopped(reference, tmp_path_factory):
    """Checkpoint of a stopped training with the same settings."""
    settings = make_settings()
    checkpoints = checkpoints_of(settings, tmp_path_factory.mktemp("stopped"))
    calls = iter(range(1, STOPPED_AT + 1))
    with pytest.MonkeyPatch.context() as patched, pytest.raises(Stopped):
        patched.setattr(loop, "stop_on_signals", lambda: lambda: next(calls) == STOPPED_AT)
        result(settings, reference, checkpoints)
    return checkpoints.newest


@pytest.fixture
def reached(tmp_path):
    """Call the command `reached`; return its exit status and the run it wrote, or None."""

    def call(*files, settings=None):
        output = tmp_path / "reached.h5"
        text = (settings or make_settings()).model_dump_json()
        options = ["--settings", text, "--checkpoints", *map(str, files), "--output", str(output)]
        status = main(["reached", *options])
        return status, storage.read(output, "run") if output.exists() else None

    return call


def assert_is_beginning(run, whole, last):
    """Require bit-identical points, and rows and snapshots up to iteration `last`."""
    assert run.arrays.keys() == whole.arrays.keys()
    for name, values in whole.arrays.items():
        group = name.partition("/")[0]
        if group != "points":
            values = values[whole.arrays[f"{group}/iteration"] <= last]
        np.testing.assert_array_equal(run.arrays[name], values, err_msg=name)


def older(checkpoint, folder):
    """Copy a checkpoint without the attributes that older versions did not store."""
    content = storage.read(checkpoint)
    path = folder / checkpoint.name
    training = {"training": content.attributes["training"]}
    storage.write(path, replace(content, attributes=training))
    return path


def test_rows_and_snapshots_are_the_beginning_of_the_uninterrupted_training(
    uninterrupted, stopped, reached
):
    status, run = reached(stopped)
    assert status == 0
    assert_is_beginning(run, uninterrupted[0], STOPPED_AT)
    assert run.arrays["history/iteration"][-1] == 28
    assert run.attributes["reached"] == STOPPED_AT
    assert run.attributes["settings"]["training"]["iterations"] == 60
    assert {key: run.attributes[key] for key in MADE} == MADE  # the provenance in the checkpoint
    device = uninterrupted[0].attributes["execution"]["device"]
    assert run.attributes["execution"]["device"] == device
    assert run.attributes["execution"]["wall_seconds"] > 0


def test_a_finished_training_gives_the_whole_run(uninterrupted, reached):
    whole, checkpoint = uninterrupted
    status, run = reached(checkpoint)
    assert status == 0 and "reached" not in run.attributes
    assert_is_beginning(run, whole, 60)
    assert run.attributes["settings"] == whole.attributes["settings"]


def test_an_existing_result_is_used_unchanged(uninterrupted, reached, tmp_path):
    storage.write(tmp_path / "run.h5", uninterrupted[0])
    status, run = reached(tmp_path / "run.h5", uninterrupted[1])
    assert status == 0 and run.attributes == uninterrupted[0].attributes


@pytest.mark.parametrize(("requested", "to", "of"), [(40, 40, 60), (100, 60, 100)])
def test_fewer_or_more_iterations_can_be_requested(
    uninterrupted, reached, tmp_path, requested, to, of
):
    whole, checkpoint = uninterrupted
    storage.write(tmp_path / "run.h5", whole)  # with another number of iterations
    files = (tmp_path / "run.h5", checkpoint)
    status, run = reached(*files, settings=make_settings(iterations=requested))
    assert status == 0 and run.attributes["reached"] == to
    assert run.attributes["settings"]["training"]["iterations"] == of
    assert_is_beginning(run, whole, min(to, 59))  # only the result has a row of 60


def test_the_first_usable_file_is_used(stopped, reached, tmp_path, caplog):
    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes(stopped.read_bytes()[:-10])
    status, run = reached(damaged, stopped)
    assert status == 0 and run.attributes["reached"] == STOPPED_AT
    assert f"not used: {damaged}: " in caplog.text
    assert damaged.exists()  # a running training may need it


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": 45}, "expected training.points = 45, found 40"),
        ({"method": "vanilla"}, "expected method = vanilla, found rba"),
    ],
)
def test_a_checkpoint_of_another_training_is_rejected(stopped, reached, caplog, changes, message):
    status, run = reached(stopped, settings=make_settings(**changes))
    assert status == 1 and run is None
    last = caplog.messages[-1]
    assert message in last and str(stopped) in last and "no checkpoint can be used" in last


def test_the_provenance_of_an_older_checkpoint_comes_from_its_json_file(stopped, reached, tmp_path):
    path = older(stopped, tmp_path)
    status, run = reached(path)
    assert status == 0 and run.attributes["git_commit"] is None
    assert run.attributes["execution"]["device"] is None
    statement = {"git_commit": "abc123", "execution": {"device": "a GPU"}}
    path.with_suffix(".json").write_text(json.dumps(statement))
    status, run = reached(path)
    assert run.attributes["git_commit"] == "abc123" and run.attributes["git_dirty"] is None
    assert run.attributes["execution"]["device"] == "a GPU"
    assert run.attributes["reached"] == STOPPED_AT


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "expected JSON"), ('{"commit": "abc"}', "commit = 'abc': unknown key; expected one of")],
)
def test_an_invalid_json_file_is_rejected(stopped, reached, tmp_path, caplog, text, message):
    path = older(stopped, tmp_path)
    path.with_suffix(".json").write_text(text)
    status, run = reached(path)
    assert status != 0 and run is None
    assert message in caplog.messages[-1] and str(path.with_suffix(".json")) in caplog.messages[-1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": 45}, "expected 45 collocation points, found 40"),
        ({"problem": "burgers"}, "expected a checkpoint of burgers-rba-seed3-"),
        ({"iterations": 20}, "expected settings of at least 33 iterations"),
    ],
)
def test_an_older_checkpoint_is_checked_against_what_it_stores(
    stopped, reached, tmp_path, caplog, changes, message
):
    status, run = reached(older(stopped, tmp_path), settings=make_settings(**changes))
    assert status == 1 and run is None and message in caplog.text


def test_another_kind_of_file_is_rejected(reached, tmp_path, caplog):
    path = tmp_path / "phases.h5"
    storage.write(path, Content("phases", {}, {"settings": {}}))
    assert reached(path)[0] == 1
    assert f"{path}: expected a run or a checkpoint, found a phases file" in caplog.text
