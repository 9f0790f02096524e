"""Resuming from checkpoints of other code, which needs an option, or from another machine."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pinn_phases.files import storage
from pinn_phases.files.storage import UnreadableError
from pinn_phases.training.checkpointing import session
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.loop import train
from tests.summary.test_summary import MADE
from tests.training.conftest import make_settings
from tests.training.test_loop import assert_same_data, run

NEW = {**MADE, "code": "fade", "git_commit": "def456"}


def trained(folder, reference, code, provenance, iterations=33, **options):
    """Train as version `code`, with checkpoints in `folder`."""
    settings = make_settings(iterations=iterations, **options.pop("changes", {}))
    digest = storage.data_digest(reference)
    checkpoints = Checkpoints.for_output(folder / "run.h5", settings, code, digest)
    options = {"other_code": True, "threads": 1, "gpus": 0, "bar": False} | options
    return train(settings, reference, checkpoints, provenance=provenance, **options)


@pytest.fixture
def old(reference, tmp_path):
    """Folder with a training by other code, after 20 iterations, and its newest checkpoint."""
    trained(tmp_path, reference, "old", MADE, iterations=20)
    digest = storage.data_digest(reference)
    checkpoints = Checkpoints.for_output(tmp_path / "run.h5", make_settings(), "old", digest)
    return tmp_path, checkpoints.newest


def stretches(content):
    """Return first iteration, last iteration and code of each stretch."""
    return [(s["first"], s["last"], s["code"]) for s in content.attributes["stretches"]]


def test_every_stretch_is_listed_and_logged(old, reference, caplog):
    folder, _ = old
    with caplog.at_level("INFO"):
        result = trained(folder, reference, "new", NEW)
    assert_same_data(result, run(make_settings(iterations=33), reference, folder / "from_start"))
    assert stretches(result) == [(1, 20, "c0de"), (21, 33, "fade")]
    first, second = result.attributes["stretches"]
    assert {key: first[key] for key in MADE} == MADE
    assert {key: second[key] for key in NEW} == NEW
    assert first["device"] == second["device"] and first["device"].endswith(", not compiled")
    (note,) = [line for line in caplog.messages if line.startswith("note: ")]
    assert "iterations 1 to 20 were computed by other code" in note
    assert "code c0de, then fade" in note


def test_without_the_option_training_starts_from_scratch(old, reference, caplog):
    folder, other = old
    before = other.read_bytes()
    with caplog.at_level("INFO"):
        result = trained(folder, reference, "new", NEW, other_code=False)
    assert "continues after" not in caplog.text and stretches(result) == [(1, 33, "fade")]
    assert other.read_bytes() == before


def test_a_checkpoint_of_the_same_code_comes_first(old, reference, caplog):
    folder, _ = old
    trained(folder, reference, "new", NEW, iterations=5, other_code=False)
    with caplog.at_level("INFO"):
        result = trained(folder, reference, "new", NEW)
    assert "continues after iteration 5" in caplog.text and stretches(result) == [(1, 33, "fade")]


def test_consecutive_sessions_of_the_same_code_are_one_stretch(old, reference):
    folder, _ = old
    trained(folder, reference, "new", NEW, iterations=25)
    trained(folder, reference, "new", NEW, iterations=28)
    result = trained(folder, reference, "newest", {**NEW, "code": "beef"})
    assert stretches(result) == [(1, 20, "c0de"), (21, 28, "fade"), (29, 33, "beef")]


def test_a_truncated_training_lists_only_its_own_stretches(old, reference):
    folder, _ = old
    trained(folder, reference, "new", NEW)
    shorter = trained(folder, reference, "new", NEW, iterations=15)  # from a milestone at 9
    assert stretches(shorter) == [(1, 9, "c0de"), (10, 15, "fade")]
    assert_same_data(shorter, run(make_settings(iterations=15), reference, folder / "from_start"))


def test_another_machine_is_logged(reference, tmp_path, caplog, monkeypatch):
    trained(tmp_path, reference, "same", MADE, iterations=20)
    monkeypatch.setattr(session, "device_name", lambda device: "another processor")
    result = trained(tmp_path, reference, "same", MADE, other_code=False)
    devices = [stretch["device"] for stretch in result.attributes["stretches"]]
    assert devices[1] == "another processor, not compiled" != devices[0]
    assert [line for line in caplog.messages if "then another processor, not compiled" in line]


def test_a_checkpoint_of_other_settings_is_not_used(old, reference, caplog):
    folder, _ = old
    with caplog.at_level("INFO"):
        trained(folder, reference, "new", NEW, changes={"points": 45})
    assert "continues after" not in caplog.text
    assert "checkpoint of other code not used: " in caplog.text
    assert "expected training.points = 45, found 40" in caplog.text


def test_engines_must_match_and_older_checkpoints_count_as_fast(old, reference, caplog):
    folder, path = old
    content = storage.read(path)
    settings = content.attributes["settings"]
    training = {name: value for name, value in settings["training"].items() if name != "engine"}
    older = {**content.attributes, "settings": {**settings, "training": training}}
    storage.write(path, replace(content, attributes=older))
    with caplog.at_level("INFO"):
        trained(folder, reference, "new", NEW, changes={"engine": "plain"})
    assert "expected training.engine = plain, found fast" in caplog.text
    result = trained(folder, reference, "newer", NEW)
    assert stretches(result)[0] == (1, 20, "c0de")


def test_a_checkpoint_with_another_reference_is_not_used(old, reference, caplog):
    folder, _ = old
    finer = {name: values * (1 + 1e-9) for name, values in reference.arrays.items()}
    with caplog.at_level("INFO"):
        trained(folder, replace(reference, arrays=finer), "new", NEW)
    assert "continues after" not in caplog.text
    assert "expected errors against the reference solution " in caplog.text


def test_a_checkpoint_that_cannot_be_read_is_an_error(old, reference):
    folder, path = old
    path.unlink()
    path.mkdir()
    with pytest.raises(UnreadableError, match="cannot be read"):
        trained(folder, reference, "new", NEW)


def test_columns_are_those_of_the_first_code(old, reference):
    folder, path = old
    content = storage.read(path)
    arrays = dict(content.arrays)
    del arrays["history/residual_max"]
    arrays["history/loss_other"] = arrays["history/loss"]
    storage.write(path, replace(content, arrays=arrays))
    found = trained(folder, reference, "new", NEW, iterations=34).arrays  # not a recorded iteration
    rows = len(found["history/iteration"])
    assert found["history/iteration"][-1] == 34 and "history/residual_max" not in found
    assert all(len(values) == rows for name, values in found.items() if name.startswith("history"))
    later = found["history/iteration"] > 20
    np.testing.assert_array_equal(np.isnan(found["history/loss_other"]), later)


def test_the_provenance_of_an_older_checkpoint_comes_from_its_json_file(old, reference, caplog):
    """Older checkpoints store neither settings nor milestones."""
    folder, path = old
    content = storage.read(path)
    kept = {n: v for n, v in content.arrays.items() if not n.startswith("state/milestones/")}
    training = {"training": content.attributes["training"]}
    storage.write(path, storage.Content("checkpoint", kept, training))
    path.with_suffix(".json").write_text(json.dumps({"code": "0ld", "git_commit": "abc"}))
    result = trained(folder, reference, "new", NEW)
    assert_same_data(result, run(make_settings(iterations=33), reference, folder / "from_start"))
    assert stretches(result) == [(1, 20, "0ld"), (21, 33, "fade")]
    assert result.attributes["stretches"][0]["python"] is None
    with caplog.at_level("INFO"):  # the checkpoint has no milestone to start from
        shorter = trained(folder, reference, "new", NEW, iterations=15)
    assert stretches(shorter) == [(1, 15, "fade")]
