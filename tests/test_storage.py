"""Files are whole or not there, and a damaged or foreign one is noticed before it is used."""

import errno
import os
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pinn_phases import storage
from pinn_phases.storage import Content, StorageError

CONTENT = Content(
    "run",
    {
        "history/iteration": np.arange(1, 8),
        "history/snr": np.linspace(3, 0.1, 7),
        "history/layers/snr": np.ones((7, 2)),
        "snapshots/parameters": np.zeros((2, 5), np.float32),
    },
    {"settings": {"seed": 0, "points": [1, 2]}, "device": "CPU"},
)

names = st.sampled_from(
    ["history/snr", "history/layers/snr", "history/loss_pde", "axes/x", "fields/u", "state/first"]
)
arrays = hnp.arrays(
    dtype=st.sampled_from([np.float32, np.float64, np.int64, np.bool_]),
    shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
contents = st.builds(
    Content,
    st.sampled_from(["reference", "run", "phases"]),
    st.dictionaries(names, arrays, max_size=4),
    st.dictionaries(st.sampled_from(["settings", "code", "resolution"]), plain),
)
# The folder of a test is not made anew for each example: the files are overwritten.
same_folder = settings(
    derandomize=True,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def path(tmp_path):
    """File that holds `CONTENT`."""
    path = tmp_path / "results" / "seed0.h5"
    storage.write(path, CONTENT)
    return path


def refusal(path: Path, kind: str | None = None) -> str:
    """Return the message, which names the file in one line."""
    with pytest.raises(StorageError) as caught:
        storage.read(path, kind)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and len(message.splitlines()) == 1
    return message


# Whole files


@same_folder
@given(contents)
def test_what_is_written_is_read(tmp_path, content):
    path = tmp_path / "file.h5"
    storage.write(path, content)
    found = storage.read(path, content.kind)
    assert found.kind == content.kind
    assert found.attributes == content.attributes
    assert set(found.arrays) == set(content.arrays)
    for name, values in content.arrays.items():
        assert found.arrays[name].dtype == values.dtype
        np.testing.assert_array_equal(found.arrays[name], values)


def test_datasets_say_unit_and_meaning_to_any_reader_of_hdf5(path):
    with h5py.File(path) as file:
        for name in CONTENT.arrays:
            assert file[name].attrs["unit"] == "1"
        assert "Eq. 8" in file["history/snr"].attrs["description"]
        assert "layer" in file["history/layers/snr"].attrs["description"]


def test_every_dataset_needs_a_description(tmp_path):
    with pytest.raises(AssertionError, match="history/surprise"):
        storage.write(tmp_path / "a.h5", Content("run", {"history/surprise": np.ones(2)}, {}))
    assert not list(tmp_path.iterdir())


def test_datasets_can_be_left_out(path):
    found = storage.read(path, "run", leave_out=("snapshots/", "history/layers/"))
    assert set(found.arrays) == {"history/iteration", "history/snr"}


def test_same_content_gives_the_same_bytes(path):
    second = int(time.time())
    while int(time.time()) == second:  # HDF5 can stamp datasets with the second they are made in
        time.sleep(0.02)
    again = path.with_name("again.h5")
    storage.write(again, CONTENT)
    assert again.read_bytes() == path.read_bytes()


def test_a_new_file_replaces_the_old_one_and_nothing_else_is_left(path):
    storage.write(path, Content("run", {}, {"device": "GPU"}))
    assert storage.read(path).attributes == {"device": "GPU"}
    assert list(path.parent.iterdir()) == [path]


def test_files_are_as_readable_as_the_umask_says(tmp_path):
    before = os.umask(0o027)
    try:
        storage.write(tmp_path / "a.h5", CONTENT)
    finally:
        os.umask(before)
    assert (tmp_path / "a.h5").stat().st_mode & 0o777 == 0o640


# Damaged and foreign files


@same_folder
@given(position=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_a_changed_byte_is_noticed_anywhere(path, position, mask):
    data = bytearray(path.read_bytes())
    data[int(position * len(data))] ^= mask
    damaged = path.with_name("damaged.h5")
    damaged.write_bytes(data)
    refusal(damaged)


@same_folder
@given(position=st.integers(0, storage.HEADER_BYTES - 1), mask=st.integers(1, 255))
def test_a_changed_byte_is_noticed_in_the_header(path, position, mask):
    data = bytearray(path.read_bytes())
    data[position] ^= mask
    damaged = path.with_name("damaged.h5")
    damaged.write_bytes(data)
    refusal(damaged)


@same_folder
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_noticed(path, share):
    data = path.read_bytes()
    cut = path.with_name("cut.h5")
    cut.write_bytes(data[: int(share * len(data))])
    refusal(cut)


@pytest.mark.parametrize("length", [0, 1, 18, 19, 83, 511, 512, 513])
def test_a_file_cut_in_or_after_the_header_is_noticed(path, length):
    path.write_bytes(path.read_bytes()[:length])
    refusal(path)


def test_appended_bytes_are_noticed(path):
    path.write_bytes(path.read_bytes() + b"\0")
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("userblock", [0, storage.HEADER_BYTES])
def test_hdf5_of_others_is_refused(tmp_path, userblock):
    path = tmp_path / "foreign.h5"
    with h5py.File(path, "w", userblock_size=userblock) as file:
        file["history/snr"] = np.ones(3)
        file.attrs["kind"] = "run"
    assert "expected a run file of pinn-phases" in refusal(path, "run")


def test_other_bytes_under_our_header_are_refused(tmp_path):
    path = tmp_path / "forged.h5"
    body = memoryview(b"no HDF5 at all" * 9)
    path.write_bytes(storage._header(body) + body)
    assert "expected a run file of pinn-phases" in refusal(path, "run")


@pytest.mark.parametrize("data", [b"", b"iteration,snr\n1,2\n", b"\x89HDF\r\n\x1a\n"])
def test_other_files_are_refused(tmp_path, data):
    path = tmp_path / "other.h5"
    path.write_bytes(data)
    assert "found something else" in refusal(path)


def test_folders_and_missing_files_are_refused(tmp_path):
    assert "directory" in refusal(tmp_path)
    assert "No such file" in refusal(tmp_path / "missing.h5")
    (tmp_path / "file").touch()
    assert "Not a directory" in refusal(tmp_path / "file" / "below.h5")


def test_another_kind_is_refused(path):
    assert "expected a reference file, found a run file" in refusal(path, "reference")


# Writing that fails


@pytest.mark.parametrize("call", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("exists", [True, False])
def test_a_failed_write_leaves_what_was_there(path, monkeypatch, call, exists):
    before = path.read_bytes()
    if not exists:
        path.unlink()

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/a/temporary/name")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        storage.write(path, Content("run", {}, {}))
    assert caught.value.filename == str(path)
    assert list(path.parent.iterdir()) == ([path] if exists else [])
    assert not exists or path.read_bytes() == before


def test_an_interrupted_write_leaves_what_was_there(path, monkeypatch):
    before = path.read_bytes()

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        storage.write(path, Content("run", {}, {}))
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == before


def test_what_a_killed_writer_left_is_removed_by_the_next(path):
    left = path.with_name(f".{path.name}.half")
    other = path.with_name(".another.h5.half")
    left.write_bytes(b"half")
    other.write_bytes(b"half")
    storage.write(path, CONTENT)
    assert sorted(path.parent.iterdir()) == [other, path]


def test_the_digest_of_the_data_is_that_of_the_arrays_alone():
    def digest(values):
        return storage.data_digest(Content("reference", {"fields/u": values}, {"a": 1}))

    u = np.ones(4)
    assert digest(u) == storage.data_digest(Content("run", {"fields/u": u.copy()}, {}))
    others = (u + 1e-15, u.reshape(2, 2), u.view(np.int64))
    assert len({digest(one) for one in (u, *others)}) == 4


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from pinn_phases import storage

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead, as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
try:
    storage.write(Path(sys.argv[1]), storage.Content("run", {"weights": np.ones(10_000)}, {}))
except OSError as error:
    print(error.errno, error.filename)
"""


@pytest.mark.parametrize("exists", [True, False])
def test_a_write_cut_short_leaves_what_was_there(path, python, exists):
    before = path.read_bytes()
    if not exists:
        path.unlink()
    done = python("-c", FULL_DISK, path)
    assert done.stdout == f"{errno.EFBIG} {path}\n", done.stderr
    assert list(path.parent.iterdir()) == ([path] if exists else [])
    assert not exists or path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_an_error_with_the_file_s_name(tmp_path):
    (tmp_path / "results").write_text("a file")
    path = tmp_path / "results" / "runs" / "seed0.h5"
    with pytest.raises(OSError) as caught:
        storage.write(path, CONTENT)
    assert caught.value.filename == str(path)
    assert (tmp_path / "results").read_text() == "a file"
