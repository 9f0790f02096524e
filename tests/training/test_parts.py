"""The record is written in parts, each of them once; checkpoints list the parts."""

import errno
import re
import shutil

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.files import storage
from pinn_phases.files.storage import UnreadableError
from pinn_phases.training.checkpointing import parts
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from tests.training.conftest import CHECKPOINT_EACH_ITERATION, make_settings
from tests.training.test_loop import assert_same_data, run

STEM = Checkpoints.for_output(storage.Path("run.h5"), make_settings(), "code").newest.stem


@pytest.fixture(scope="module")
def uninterrupted(reference, tmp_path_factory):
    """Result of an uninterrupted training; its record is too small for a part."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    result = run(make_settings(), reference, folder)
    assert not list(folder.glob("checkpoints/*part*"))
    return result


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Reduce the part size to a few snapshots, so that a small training has many parts."""
    monkeypatch.setattr(parts, "PART_BYTES", 1500)


@pytest.fixture(scope="module")
def stopped(reference, tmp_path_factory):
    """Folder of a training with parts, up to iteration 33."""
    folder = tmp_path_factory.mktemp("stopped")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parts, "PART_BYTES", 1500)
        run(make_settings(iterations=33, **CHECKPOINT_EACH_ITERATION), reference, folder)
    return folder


@pytest.fixture
def folder(stopped, tmp_path):
    """A copy of `stopped`."""
    shutil.copytree(stopped, tmp_path, dirs_exist_ok=True)
    return tmp_path


def part_files(folder):
    return sorted(folder.glob("checkpoints/*.part*.h5"))


def test_parts_are_written_once_and_together_hold_the_record(
    uninterrupted, reference, tmp_path, monkeypatch
):
    written = []
    write = storage.write

    def logged(path, content):
        write(path, content)
        written.append((path.name, sum(values.nbytes for values in content.arrays.values())))

    monkeypatch.setattr(storage, "write", logged)
    settings = make_settings(**CHECKPOINT_EACH_ITERATION)
    assert_same_data(run(settings, reference, tmp_path), uninterrupted)
    names = [name for name, _ in written if ".part" in name]
    assert names == [f"{STEM}.part{n:04}.h5" for n in range(1, len(names) + 1)]
    assert len(names) >= 5
    assert names == [path.name for path in part_files(tmp_path)]
    states = [size for name, size in written if ".part" not in name]
    assert len(states) == 60
    # A checkpoint has the state, last row and snapshot, and less than one part of the record.
    state = storage.read(tmp_path / "checkpoints" / f"{STEM}.h5").arrays
    fixed = sum(v.nbytes for name, v in state.items() if name.startswith("state/"))
    assert max(states) < fixed + parts.PART_BYTES


def test_a_training_resumes_from_parts(uninterrupted, folder, reference, caplog):
    before = {path.name: path.read_bytes() for path in part_files(folder)}
    with caplog.at_level("INFO"):
        assert_same_data(run(make_settings(), reference, folder), uninterrupted)
    assert "continues after iteration 33" in caplog.text
    after = {path.name: path.read_bytes() for path in part_files(folder)}
    assert len(after) > len(before) and after == after | before


@pytest.mark.parametrize("iterations", [3, 16, 32])
def test_a_longer_training_with_parts_is_truncated_exactly(folder, reference, tmp_path, iterations):
    shorter = make_settings(iterations=iterations)
    expected = run(shorter, reference, tmp_path / "from_start")
    kept = {path: path.read_bytes() for path in folder.glob(f"checkpoints/{STEM}*")}
    assert_same_data(run(shorter, reference, folder), expected)
    assert {path: path.read_bytes() for path in kept} == kept
    again = make_settings(iterations=iterations + 1)
    assert_same_data(run(again, reference, folder), run(again, reference, tmp_path / "again"))


def test_a_part_that_no_checkpoint_lists_is_overwritten(uninterrupted, folder, reference):
    """A training that is killed between part and checkpoint leaves such a part."""
    number = len(part_files(folder)) + 1
    (folder / f"checkpoints/{STEM}.part{number:04}.h5").write_bytes(b"of a killed training")
    assert_same_data(run(make_settings(), reference, folder), uninterrupted)
    assert all(storage.read(path, "part") for path in part_files(folder))


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def replace_by_another_part(path):
    path.write_bytes(path.with_name(path.name.replace("0003", "0002")).read_bytes())


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (flip, "wrong checksum"),
        (lambda path: path.unlink(), "cannot be read"),
        (replace_by_another_part, "expected the part of the record that the checkpoint lists"),
    ],
)
def test_without_a_part_training_resumes_from_the_last_milestone_before_it(
    uninterrupted, folder, reference, caplog, damage, message
):
    damage(part_files(folder)[2])
    with caplog.at_level("INFO"):
        assert_same_data(run(make_settings(), reference, folder), uninterrupted)
    notes = [line for line in caplog.messages if line.startswith("checkpoint not used: ")]
    assert len(notes) == 2 and all("part0003.h5" in line and message in line for line in notes)
    (done,) = re.findall(r"continues after iteration (\d+)", caplog.text)
    assert int(done) in (1, 4, 9)  # iterations done at the milestones


def test_nothing_changes_while_a_file_cannot_be_read(uninterrupted, folder, reference, monkeypatch):
    files = sorted(folder.glob(f"checkpoints/{STEM}*"))
    before = {path: path.read_bytes() for path in files}
    read_bytes = storage.Path.read_bytes
    for unreadable in files:
        if unreadable.name.endswith(".previous.h5"):
            continue  # not read

        def failing(path, unreadable=unreadable):
            if path == unreadable:
                raise OSError(errno.EIO, "Input/output error")
            return read_bytes(path)

        with monkeypatch.context() as patched:
            patched.setattr(storage.Path, "read_bytes", failing)
            with pytest.raises(UnreadableError, match=rf"{unreadable.name}: cannot be read"):
                run(make_settings(), reference, folder)
        assert {path: path.read_bytes() for path in folder.glob("checkpoints/*.h5*")} == before
    assert_same_data(run(make_settings(), reference, folder), uninterrupted)


def test_parts_of_a_checkpoint_put_aside_are_kept(folder, reference):
    parts_before = {path: path.read_bytes() for path in part_files(folder)}
    for path in (f"{STEM}.h5", f"{STEM}.previous.h5"):
        flip(folder / "checkpoints" / path)
    run(make_settings(), reference, folder)
    assert part_files(folder)
    for path, content in parts_before.items():
        assert path.with_name(f"{path.name}.unusable").read_bytes() == content


def test_without_the_first_part_training_starts_from_scratch(
    uninterrupted, folder, reference, caplog
):
    flip(part_files(folder)[0])
    with caplog.at_level("INFO"):
        assert_same_data(run(make_settings(), reference, folder), uninterrupted)
    assert "continues after" not in caplog.text


def test_the_run_of_an_unfinished_training_is_made_from_parts(folder, uninterrupted, tmp_path):
    checkpoint = folder / "checkpoints" / f"{STEM}.h5"
    output = tmp_path / "reached.h5"
    settings = make_settings().model_dump_json()
    options = ["--settings", settings, "--checkpoints", str(checkpoint), "--output", str(output)]
    assert main(["reached", *options]) == 0
    run = storage.read(output, "run")
    assert "parts" not in run.attributes
    for name in ("history/iteration", "snapshots/iteration"):
        whole = uninterrupted.arrays[name]
        np.testing.assert_array_equal(run.arrays[name], whole[whole <= 33])
