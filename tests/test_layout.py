"""Files are read as written, and any HDF5 reader finds descriptions, units and dimensions."""

from collections import defaultdict
from itertools import chain

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pinn_phases.files import storage
from pinn_phases.files.descriptions import AXES, DESCRIPTIONS, dimensions
from pinn_phases.files.storage import Content
from tests.test_storage import CONTENT, same_folder

NAMES = [
    *("history/iteration", "history/snr", "history/loss_pde", "history/layers/snr"),
    *("snapshots/iteration", "snapshots/parameters", "snapshots/weights", "points/collocation"),
    *("axes/t", "axes/x", "fields/u", "prediction/u", "iterations", "weights"),
    *("state/iteration", "state/first", "state/last_row/layers/snr"),
]
types = st.sampled_from([np.float32, np.float64, np.int64, np.bool_])
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def datasets(draw):
    """Some datasets in any order; a dimension has one length in the whole file."""
    lengths = defaultdict(lambda: draw(st.integers(0, 4)))
    names = draw(st.lists(st.sampled_from(NAMES), max_size=6, unique=True))
    axes = [name.removeprefix("axes/") for name in names if name.startswith("axes/")]
    arrays = {}
    for name in names:
        declared = (axes if part == AXES else [part] for part in dimensions(name))
        shape = tuple(lengths[part] for part in chain.from_iterable(declared))
        arrays[name] = draw(hnp.arrays(draw(types), shape))
    return arrays


contents = st.builds(
    Content,
    st.sampled_from(["reference", "run", "phases"]),
    datasets(),
    st.dictionaries(st.sampled_from(["settings", "code", "resolution"]), plain),
)


@pytest.fixture
def path(tmp_path):
    """A file with `CONTENT`."""
    storage.write(tmp_path / "seed0.h5", CONTENT)
    return tmp_path / "seed0.h5"


@same_folder
@given(contents)
def test_files_are_read_as_written(tmp_path, content):
    path = tmp_path / "file.h5"
    storage.write(path, content)
    found = storage.read(path, content.kind)
    assert found.kind == content.kind
    assert found.attributes == content.attributes
    assert set(found.arrays) == set(content.arrays)
    for name, values in content.arrays.items():
        assert found.arrays[name].dtype == values.dtype
        np.testing.assert_array_equal(found.arrays[name], values)


def test_datasets_have_units_and_descriptions_for_any_hdf5_reader(path):
    with h5py.File(path) as file:
        for name in CONTENT.arrays:
            assert file[name].attrs["units"] == "1"
        assert "Eq. 8" in file["history/snr"].attrs["long_name"]
        assert "layer" in file["history/layers/snr"].attrs["long_name"]


def test_a_file_lists_its_groups(path):
    with h5py.File(path) as file:
        assert file.attrs["kind"] == "run"
        assert file.attrs["groups"] == "history, history/layers, snapshots"


@pytest.mark.parametrize("lacking", ["history/surprise", "surprise"])
def test_every_dataset_needs_a_description_and_named_dimensions(tmp_path, monkeypatch, lacking):
    monkeypatch.setitem(DESCRIPTIONS, "surprise", "described, but of unknown dimensions")
    with pytest.raises(AssertionError, match=f"has no entry for {lacking}"):
        storage.write(tmp_path / "a.h5", Content("run", {lacking: np.ones(2)}, {}))
    assert not list(tmp_path.iterdir())


def test_every_described_dataset_has_named_dimensions():
    assert all(dimensions(name) is not None for name in DESCRIPTIONS)


# Dimensions


def dimension(file: h5py.File, name: str) -> list[str]:
    """Paths of the scales of a dataset's dimensions."""
    return [each[0].name for each in file[name].dims]


def test_dimensions_are_hdf5_scales(path):
    with h5py.File(path) as file:
        assert file["history/iteration"].is_scale and file["snapshots/iteration"].is_scale
        assert dimension(file, "history/snr") == ["/history/iteration"]
        assert dimension(file, "history/layers/snr") == [
            *("/history/iteration", "/history/layers/layer")
        ]
        assert dimension(file, "snapshots/parameters") == [
            *("/snapshots/iteration", "/snapshots/parameter")
        ]
        assert file["snapshots/parameter"].shape == (5,)
        assert file["snapshots/parameter"].id.get_storage_size() == 0  # it has a length but no data
        assert file["history/layers/iteration"] == file["history/iteration"]


def test_a_grid_has_its_axes_in_the_order_in_which_they_were_written(tmp_path):
    """Also when a file that was read is written again."""
    u = np.arange(9.0).reshape(3, 3)
    content = Content("reference", {"fields/u": u, "axes/x": u[0], "axes/t": u[1]}, {})
    storage.write(tmp_path / "a.h5", content)
    storage.write(tmp_path / "b.h5", storage.read(tmp_path / "a.h5"))
    with h5py.File(tmp_path / "b.h5") as file:
        assert dimension(file, "fields/u") == ["/axes/x", "/axes/t"]
        np.testing.assert_array_equal(file["fields/t"][()], u[1])


def test_a_grid_without_axes_has_numbered_dimensions(tmp_path):
    """As in homogeneity files of an older version, which an archive rewrites."""
    arrays = {"iterations": np.arange(2), "boxes/residual": np.ones((2, 3, 4))}
    storage.write(tmp_path / "a.h5", Content("homogeneity", arrays, {}))
    with h5py.File(tmp_path / "a.h5") as file:
        assert dimension(file, "boxes/residual") == [
            *("/iterations", "/boxes/axis_0", "/boxes/axis_1")
        ]


@pytest.mark.parametrize(
    ("name", "shape"),
    [("history/loss", (6,)), ("history/loss", (7, 2)), ("history/loss", ()), ("fields/u", (3, 5))],
)
def test_lengths_that_contradict_their_dimensions_are_refused(tmp_path, name, shape):
    arrays = {"history/iteration": np.arange(7), "axes/t": np.ones(3), "axes/x": np.ones(4)}
    with pytest.raises(AssertionError, match="expected"):
        storage.write(tmp_path / "a.h5", Content("run", arrays | {name: np.ones(shape)}, {}))
    assert not list(tmp_path.iterdir())
