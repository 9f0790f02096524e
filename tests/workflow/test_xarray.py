"""Results open in xarray with named dimensions and coordinates."""

import numpy as np
import pytest
import xarray

from pinn_phases.files import storage

INSTALLED = {"h5netcdf", "netcdf4"} & xarray.backends.list_engines().keys()
ENGINES = [None, *sorted(INSTALLED)]  # None: xarray chooses
WITH_VALUES = {"t", "x", "iteration", "iterations"}
DIMENSIONS = {
    "reference": {"fields/u": ("t", "x"), "axes/x": ("x",)},
    "run": {
        "history/snr": ("iteration",),
        "history/layers/snr": ("iteration", "layer"),
        "snapshots/parameters": ("iteration", "parameter"),
        "snapshots/weights": ("iteration", "equation", "point"),
        "points/collocation": ("point", "coordinate"),
        "points/initial_0": ("initial_0_point", "coordinate"),
    },
    "checkpoint": {
        "history/loss": ("iteration",),
        "snapshots/weights": ("iteration", "equation", "point"),
        "state/weights": ("equation", "point"),
        "state/first": ("parameter",),
        "state/iteration": (),
    },
    "phases": {},
    "fields": {
        "fields/u": ("t", "x"),
        "prediction/u": ("iterations", "t", "x"),
        "residual/pde": ("iterations", "t", "x"),
        "weights": ("iterations", "equation", "point"),
    },
    "information": {
        "information/relative": ("iterations", "layer"),
        "activations/sample": ("iterations", "layer", "neuron"),
        "points/sample": ("sample_point", "coordinate"),
    },
    "homogeneity": {
        "boxes/residual": ("iterations", "t", "x"),
        "homogeneity/residual": ("iterations",),
    },
    "terms": {
        "terms/cosine": ("iterations",),
        "terms/layers/cosine": ("iterations", "layer"),
    },
}


@pytest.fixture(scope="module")
def files(finished):
    """One file of each kind, as written by the workflow."""
    results = finished / "results/smoke"
    found = {kind: results / kind / "allen_cahn/rba/seed0.h5" for kind in DIMENSIONS}
    run = found["run"] = results / "runs/allen_cahn/rba/seed0.h5"
    (found["checkpoint"],) = (run.parent / "checkpoints").glob("*seed0-????????????.h5")
    return found | {"reference": results / "reference/allen_cahn.h5"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", DIMENSIONS)
def test_every_dataset_opens_with_named_dimensions(files, kind, engine):
    stored = storage.read(files[kind], kind).arrays
    with xarray.open_datatree(files[kind], engine=engine) as tree:
        assert not {size for node in tree.subtree for size in node.sizes if "phony" in str(size)}
        for name, values in stored.items():
            np.testing.assert_array_equal(tree[name], values)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", DIMENSIONS)
def test_every_group_opens_by_itself_with_coordinates(files, kind, engine):
    stored = storage.read(files[kind], kind).arrays
    with xarray.open_dataset(files[kind], engine=engine) as root:
        assert root.attrs["kind"] == kind
    for name, dimensions in DIMENSIONS[kind].items():
        group, _, variable = name.rpartition("/")
        with xarray.open_dataset(files[kind], engine=engine, group=group or "/") as opened:
            assert opened[variable].dims == dimensions
            assert set(opened[variable].coords) == WITH_VALUES & set(dimensions)
            for axis in opened[variable].coords:
                places = {f"{name.partition('/')[0]}/{axis}", f"axes/{axis}", axis}
                (values,) = (stored[place] for place in places & stored.keys())
                np.testing.assert_array_equal(opened[axis], values)


def test_a_plot_by_xarray_has_labels(files):
    with xarray.open_dataset(files["run"], group="history") as history:
        assert history.snr.attrs["long_name"].startswith("signal-to-noise ratio")
        assert history.snr.attrs["units"] == "1"
