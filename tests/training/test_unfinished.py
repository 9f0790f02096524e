"""An unfinished training is the run of fewer iterations that its checkpoint holds."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.training import loop
from pinn_phases.training.checkpoints import Checkpoints
from pinn_phases.training.loop import train
from tests.summary.test_summary import MADE
from tests.training.conftest import make_settings

STOPPED_AT = 33  # neither recorded nor a snapshot


def checkpoints_of(settings, folder):
    """Where the training of these settings saves."""
    return Checkpoints.beside(folder / "run.h5", settings, "code")


def result(settings, reference, checkpoints):
    """Train to the end, or until it is stopped."""
    options = {"threads": 1, "gpus": 0, "bar": False, "made_by": MADE}
    return train(settings, reference, checkpoints, **options)


@pytest.fixture(scope="module")
def undisturbed(reference, tmp_path_factory):
    """Result of a training that has come to its end, and the checkpoint there."""
    settings = make_settings()
    checkpoints = checkpoints_of(settings, tmp_path_factory.mktemp("undisturbed"))
    return result(settings, reference, checkpoints), checkpoints.newest


@pytest.fixture(scope="module")
def stopped(reference, tmp_path_factory):
    """Checkpoint of a training of the same settings that was stopped."""
    settings = make_settings()
    checkpoints = checkpoints_of(settings, tmp_path_factory.mktemp("stopped"))
    asked = iter(range(1, STOPPED_AT + 1))
    with pytest.MonkeyPatch.context() as patched, pytest.raises(Stopped):
        patched.setattr(loop, "stop_on_signals", lambda: lambda: next(asked) == STOPPED_AT)
        result(settings, reference, checkpoints)
    return checkpoints.newest


@pytest.fixture
def reached(tmp_path):
    """Call the command; give its exit status, and the run that it wrote, if it did."""

    def call(*files, settings=None):
        output = tmp_path / "taken.h5"
        text = (settings or make_settings()).model_dump_json()
        options = ["--settings", text, "--checkpoints", *map(str, files), "--output", str(output)]
        status = main(["reached", *options])
        return status, storage.read(output, "run") if output.exists() else None

    return call


def assert_is_beginning(run, whole, last):
    """Rows and snapshots up to an iteration, and all points, to the last bit."""
    assert run.arrays.keys() == whole.arrays.keys()
    for name, values in whole.arrays.items():
        group = name.partition("/")[0]
        if group != "points":
            values = values[whole.arrays[f"{group}/iteration"] <= last]
        np.testing.assert_array_equal(run.arrays[name], values, err_msg=name)


def older(checkpoint, folder):
    """Copy a checkpoint without what older versions did not store."""
    content = storage.read(checkpoint)
    path = folder / checkpoint.name
    training = {"training": content.attributes["training"]}
    storage.write(path, replace(content, attributes=training))
    return path


def test_rows_and_snapshots_are_the_beginning_of_the_undisturbed_training(
    undisturbed, stopped, reached
):
    status, run = reached(stopped)
    assert status == 0
    assert_is_beginning(run, undisturbed[0], STOPPED_AT)
    assert run.arrays["history/iteration"][-1] == 28
    assert run.attributes["reached"] == STOPPED_AT
    assert run.attributes["settings"]["training"]["iterations"] == 60
    assert {key: run.attributes[key] for key in MADE} == MADE  # the checkpoint's maker
    device = undisturbed[0].attributes["execution"]["device"]
    assert run.attributes["execution"]["device"] == device
    assert run.attributes["execution"]["wall_seconds"] > 0


def test_a_finished_training_is_the_whole_run(undisturbed, reached):
    whole, checkpoint = undisturbed
    status, run = reached(checkpoint)
    assert status == 0 and "reached" not in run.attributes
    assert_is_beginning(run, whole, 60)
    assert run.attributes["settings"] == whole.attributes["settings"]


def test_its_result_is_taken_as_it_is(undisturbed, reached, tmp_path):
    storage.write(tmp_path / "run.h5", undisturbed[0])
    status, run = reached(tmp_path / "run.h5", undisturbed[1])
    assert status == 0 and run.attributes == undisturbed[0].attributes


@pytest.mark.parametrize(("asked", "to", "of"), [(40, 40, 60), (100, 60, 100)])
def test_fewer_or_more_iterations_can_be_asked_for(undisturbed, reached, tmp_path, asked, to, of):
    whole, checkpoint = undisturbed
    storage.write(tmp_path / "run.h5", whole)  # of another number of iterations
    files = (tmp_path / "run.h5", checkpoint)
    status, run = reached(*files, settings=make_settings(iterations=asked))
    assert status == 0 and run.attributes["reached"] == to
    assert run.attributes["settings"]["training"]["iterations"] == of
    assert_is_beginning(run, whole, min(to, 59))  # the row of 60 is only recorded at the end


def test_the_first_file_that_can_be_used_is_taken(stopped, reached, tmp_path, caplog):
    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes(stopped.read_bytes()[:-10])
    status, run = reached(damaged, stopped)
    assert status == 0 and run.attributes["reached"] == STOPPED_AT
    assert f"not used: {damaged}: " in caplog.text
    assert damaged.exists()  # a training that runs may need it


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": 45}, "expected training.points = 45, found 40"),
        ({"method": "vanilla"}, "expected method = vanilla, found rba"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(stopped, reached, caplog, changes, message):
    status, run = reached(stopped, settings=make_settings(**changes))
    assert status == 1 and run is None
    last = caplog.messages[-1]
    assert message in last and str(stopped) in last and "no checkpoint can be used" in last


def test_of_an_older_checkpoint_only_what_is_stated_is_known(stopped, reached, tmp_path):
    path = older(stopped, tmp_path)
    status, run = reached(path)
    assert status == 0 and run.attributes["git_commit"] is None
    assert run.attributes["execution"]["device"] is None
    stated = {"git_commit": "abc123", "execution": {"device": "a GPU"}}
    path.with_suffix(".json").write_text(json.dumps(stated))
    status, run = reached(path)
    assert run.attributes["git_commit"] == "abc123" and run.attributes["git_dirty"] is None
    assert run.attributes["execution"]["device"] == "a GPU"
    assert run.attributes["reached"] == STOPPED_AT


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "expected JSON"), ('{"commit": "abc"}', "commit = 'abc': unknown key; expected one of")],
)
def test_a_statement_that_is_none_is_refused(stopped, reached, tmp_path, caplog, text, message):
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
def test_an_older_checkpoint_is_held_to_what_it_shows(
    stopped, reached, tmp_path, caplog, changes, message
):
    status, run = reached(older(stopped, tmp_path), settings=make_settings(**changes))
    assert status == 1 and run is None and message in caplog.text


def test_another_kind_of_file_is_refused(reached, tmp_path, caplog):
    path = tmp_path / "phases.h5"
    storage.write(path, Content("phases", {}, {"settings": {}}))
    assert reached(path)[0] == 1
    assert f"{path}: expected a run or a checkpoint, found a phases file" in caplog.text
