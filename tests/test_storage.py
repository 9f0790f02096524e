"""Files are written completely or not at all; damaged or foreign ones are detected before use."""

import errno
import io
import os
import shutil
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError

CONTENT = Content(
    "run",
    {
        "history/iteration": np.arange(1, 8),
        "history/snr": np.linspace(3, 0.1, 7),
        "history/layers/snr": np.ones((7, 2)),
        "snapshots/iteration": np.array([1, 4]),
        "snapshots/parameters": np.zeros((2, 5), np.float32),
    },
    {"settings": {"seed": 0, "points": [1, 2]}, "device": "CPU"},
)

# All examples of a test share its folder and overwrite the files.
same_folder = settings(
    derandomize=True,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def path(tmp_path):
    """A file with `CONTENT`."""
    path = tmp_path / "results" / "seed0.h5"
    storage.write(path, CONTENT)
    return path


OLDER = Path(__file__).parents[1] / "archive/laptop/information/helmholtz/rba/seed0.h5"
OLDER_DIGEST = "8f9fa98b44b0f8b10eabb754e76afcc4480fbc75a48b14e79d9f074c13df10f1"  # as written


@pytest.fixture(params=["new", "older"])
def either(request, path):
    """A file in the current format, or in the older one with the checksum at the beginning."""
    if request.param == "older":
        shutil.copy(OLDER, path)
    return path


def refusal(path: Path, kind: str | None = None) -> str:
    """Return the one-line error, which names the file."""
    with pytest.raises(StorageError) as caught:
        storage.read(path, kind)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and len(message.splitlines()) == 1
    return message


# Valid files


def test_datasets_can_be_left_out(path):
    found = storage.read(path, "run", leave_out=("snapshots/", "history/layers/"))
    assert set(found.arrays) == {"history/iteration", "history/snr"}


def test_same_content_gives_the_same_bytes(path):
    second = int(time.time())
    while int(time.time()) == second:  # HDF5 can store the creation time of a dataset, in seconds
        time.sleep(0.02)
    again = path.with_name("again.h5")
    storage.write(again, CONTENT)
    assert again.read_bytes() == path.read_bytes()


def test_a_new_file_replaces_the_old_one_and_nothing_else_is_left(path):
    storage.write(path, Content("run", {}, {"device": "GPU"}))
    assert storage.read(path).attributes == {"device": "GPU"}
    assert list(path.parent.iterdir()) == [path]


def test_file_permissions_follow_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        storage.write(tmp_path / "a.h5", CONTENT)
    finally:
        os.umask(before)
    assert (tmp_path / "a.h5").stat().st_mode & 0o777 == 0o640


def test_an_older_file_is_read():
    found = storage.read(OLDER, "information")
    assert storage.data_digest(found) == OLDER_DIGEST
    assert found.attributes["settings"]["problem"] == "helmholtz"


def test_a_file_starts_with_the_signature_of_hdf5(path):
    assert path.read_bytes().startswith(b"\x89HDF\r\n\x1a\n")


# Damaged and foreign files


def assert_refused(path: Path, data: bytes) -> None:
    """Check that a file with these bytes is rejected."""
    damaged = path.with_name("damaged.h5")
    damaged.write_bytes(data)
    refusal(damaged)


@same_folder
@given(position=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_a_changed_byte_is_detected_anywhere(either, position, mask):
    data = bytearray(either.read_bytes())
    data[int(position * len(data))] ^= mask
    assert_refused(either, data)


@same_folder
@given(
    position=st.integers(-storage.SEAL_BYTES, storage.HEADER_BYTES - 1), mask=st.integers(1, 255)
)
def test_a_changed_byte_is_detected_at_both_ends(either, position, mask):
    data = bytearray(either.read_bytes())
    data[position] ^= mask
    assert_refused(either, data)


@same_folder
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_detected(either, share):
    data = either.read_bytes()
    assert_refused(either, data[: int(share * len(data))])


@pytest.mark.parametrize("length", [0, 1, 18, 19, 83, 84, 511, 512, 513, -1, -83, -84, -85])
def test_a_file_cut_at_its_checksum_is_detected(either, length):
    assert_refused(either, either.read_bytes()[:length])


@pytest.mark.parametrize("start", [0, 84, 512, -84, -1])
def test_repeated_bytes_are_detected(either, start):
    data = either.read_bytes()
    start %= len(data)
    assert_refused(either, data + data[start:])
    assert_refused(either, data[: start + 84] + data[start:])


def test_extra_bytes_at_either_end_are_detected(either):
    assert_refused(either, b"\0" + either.read_bytes())
    assert_refused(either, either.read_bytes() + b"\0")


@pytest.mark.parametrize("change", ["nothing", "a value", "an attribute", "a dataset"])
def test_a_file_that_was_opened_for_writing_is_detected(path, change):
    with h5py.File(path, "r+") as file:
        match change:
            case "a value":
                file["history/snr"][3] = 0.5
            case "an attribute":
                file.attrs["device"] = '"GPU"'
            case "a dataset":
                file["more"] = np.ones(1000)
    assert "modified since it was written" in refusal(path)


def test_a_changed_older_file_is_detected(path):
    shutil.copy(OLDER, path)
    with h5py.File(path, "r+") as file:
        file["iterations"][0] = 7
    assert "modified since it was written" in refusal(path)


@pytest.mark.parametrize("userblock", [0, storage.HEADER_BYTES])
def test_foreign_hdf5_is_refused(tmp_path, userblock):
    path = tmp_path / "foreign.h5"
    with h5py.File(path, "w", userblock_size=userblock) as file:
        file["history/snr"] = np.ones(3)
        file.attrs["kind"] = "run"
    assert "expected a run file of pinn-phases" in refusal(path, "run")


@pytest.mark.parametrize("older", [False, True])
def test_foreign_bytes_with_our_checksum_are_refused(tmp_path, older):
    path = tmp_path / "forged.h5"
    body = b"no HDF5 at all" * 9
    seal = storage._seal(memoryview(body))
    path.write_bytes(seal.ljust(storage.HEADER_BYTES, b"\n") + body if older else body + seal)
    assert "expected a run file of pinn-phases" in refusal(path, "run")


def with_itself(file):
    file["loop/u"] = np.ones(3)
    file["loop/again"] = file["loop"]


def strange_scale(file):
    file["u"] = np.ones(3)
    file["u"].attrs["CLASS"] = np.bytes_("DIMENSION_SCALE")
    file["u"].attrs["NAME"] = np.arange(3)
    file.attrs["unreadable"] = np.void(b"\0\1")


@pytest.mark.parametrize("fill", [with_itself, strange_scale])
def test_strange_hdf5_with_our_checksum_is_refused(tmp_path, fill):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["kind"] = "run"
        fill(file)
    path = tmp_path / "forged.h5"
    path.write_bytes(buffer.getvalue() + storage._seal(buffer.getbuffer()))
    assert "expected a run file of pinn-phases" in refusal(path, "run")


@pytest.mark.parametrize("data", [b"", b"iteration,snr\n1,2\n", b"\x89PNG\r\n\x1a\n"])
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


# Failures while writing


@pytest.mark.parametrize("call", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("exists", [True, False])
def test_a_failed_write_leaves_the_folder_unchanged(path, monkeypatch, call, exists):
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


def test_an_interrupted_write_leaves_the_folder_unchanged(path, monkeypatch):
    before = path.read_bytes()

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        storage.write(path, Content("run", {}, {}))
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == before


def test_the_next_write_removes_the_leftover_of_a_killed_one(path):
    left = path.with_name(f".{path.name}.half")
    other = path.with_name(".another.h5.half")
    left.write_bytes(b"half")
    other.write_bytes(b"half")
    storage.write(path, CONTENT)
    assert sorted(path.parent.iterdir()) == [other, path]


def test_the_data_digest_covers_only_the_arrays():
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
from pinn_phases.files import storage

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead, as on a full disk
noise = np.random.default_rng(0).random(10_000)  # hardly compressible
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
try:
    storage.write(Path(sys.argv[1]), storage.Content("run", {"history/snr": noise}, {}))
except OSError as error:
    print(error.errno, error.filename)
"""


@pytest.mark.parametrize("exists", [True, False])
def test_a_write_cut_short_leaves_the_folder_unchanged(path, python, exists):
    before = path.read_bytes()
    if not exists:
        path.unlink()
    done = python("-c", FULL_DISK, path)
    assert done.stdout == f"{errno.EFBIG} {path}\n", done.stderr
    assert list(path.parent.iterdir()) == ([path] if exists else [])
    assert not exists or path.read_bytes() == before


def test_a_folder_that_cannot_be_created_is_an_error_that_names_the_file(tmp_path):
    (tmp_path / "results").write_text("a file")
    path = tmp_path / "results" / "runs" / "seed0.h5"
    with pytest.raises(OSError) as caught:
        storage.write(path, CONTENT)
    assert caught.value.filename == str(path)
    assert (tmp_path / "results").read_text() == "a file"
