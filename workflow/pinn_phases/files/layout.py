"""Layout of the result files; the only module that uses HDF5.

Every file has the attributes `kind` (see the table) and `groups` (with its datasets). All other
attributes are JSON, among them the provenance of `pinn_phases.files.provenance`. Lengths: R rows of
the history, L layers, H hidden layers, S snapshots, Q equations, N collocation points, P
parameters, C coordinates.

| kind        | datasets                                                                           |
|-------------|------------------------------------------------------------------------------------|
| reference   | `axes/{coordinate}`, `fields/{field}`, attributes `error_estimate`, `resolution`   |
| run         | `history/{name}` (R,), `history/layers/{name}` (R, L), `snapshots/iteration` (S,), |
|             | `snapshots/parameters` (S, P), `snapshots/weights` (S, Q, N),                      |
|             | `points/collocation` (N, C), `points/{condition}_{i}` of each point set (.., C)    |
| checkpoint  | as run without points, and `state/{name}`; attribute `parts`: files that contain   |
|             | the beginning of the history, snapshots and `state/milestones/{name}`              |
| part        | history, snapshots and `state/milestones/{name}` of some iterations                |
| phases      | none; attributes `diffusion`, `total_diffusion`, `late_decrease`: null or a        |
|             | mapping, `candidates`: rejected rises, `landmarks`                                 |
| fields      | `iterations` (S,), `axes/{coordinate}`, `fields/{observable}` of the reference,    |
|             | `prediction/{observable}`, `residual/{equation}`, `points/collocation`, `weights`; |
|             | attribute `relative_l2`: observable -> its errors                                  |
| information | `iterations` (S,), `information/{relative,fixed,binary,norm}` (S, H),              |
|             | `activations/sample` (S, H, neurons), `points/sample` (1, C); attribute `points`   |
| coarse      | as information, with few enough bins that the measure does not saturate            |
| published   | `error/{iteration,relative_l2}`, `gradients/{iteration,mean,std,snr}`, attributes  |
|             | `source`, `drawn`, `found`: boundaries, `paper`                                    |
| homogeneity | `iterations` (S,), `axes/{coordinate}`, the midpoints of the boxes,                |
|             | `boxes/residual` (S, boxes, ...), `homogeneity/residual` (S,)                      |
| samples     | as homogeneity, at the collocation points; boxes without a point are NaN           |
| terms       | `iterations` (S,), `terms/{name}` (S,), `terms/layers/{name}` (S, L); attribute    |
|             | `conditions`: their names, in the order of the loss                                |

Larger datasets are compressed without loss. Every dataset has the attributes `units` ("1":
dimensionless) and `long_name`. `pinn_phases.files.descriptions` lists the names of the dimensions.
As in netCDF-4, dimensions are HDF5 dimension scales: the dataset of that name, such as
`history/iteration`, or an empty dataset if the dimension has no values, such as `parameter`. Each
group contains the scales of its datasets or links to them (`fields/x` is `axes/x`), so xarray can
open it with its coordinates.
"""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import h5py

from pinn_phases.arrays import Arrays
from pinn_phases.files.descriptions import AXES, description, dimensions

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""First bytes of an HDF5 file."""
EMPTY = "This is a netCDF dimension but not a netCDF variable."
"""Name of the scale of a dimension without values, defined by netCDF-4."""

COMPRESSED_BYTES = 4096
"""Minimum size of a compressed dataset; smaller ones would grow by their chunk index."""
COMPRESSION = {"compression": "gzip", "shuffle": True}  # part of every HDF5 library

LAYOUT_ATTRIBUTES = ("kind", "groups")  # plain strings, and not in `Content.attributes`


def encode(kind: str, arrays: Arrays, attributes: Mapping[str, Any]) -> memoryview:
    """Return the bytes of a file; the same content gives the same bytes."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", track_order=True) as file:
        file.attrs["kind"] = kind
        file.attrs["groups"] = ", ".join(dict.fromkeys(filter(None, map(_parent, arrays))))
        for name, value in attributes.items():
            file.attrs[name] = json.dumps(value)
        groups: dict[str, h5py.Group] = {"": file}  # kept, as looking them up is slow
        for name, values in arrays.items():
            long_name = description(name)
            assert long_name is not None, f"DESCRIPTIONS has no entry for {name}"
            options = COMPRESSION if values.nbytes >= COMPRESSED_BYTES else {}
            group = _group(groups, _parent(name))
            dataset = group.create_dataset(_last(name), data=values, **options)
            dataset.attrs["units"] = "1"
            dataset.attrs["long_name"] = long_name
        _name_dimensions(groups, arrays)
    return buffer.getbuffer()


def decode(data: bytes, leave_out: tuple[str, ...]) -> tuple[str, Arrays, Mapping[str, Any]]:
    """Return kind, arrays and attributes; the order of arrays within a group is kept.

    Raises
    ------
    OSError, KeyError, RuntimeError, TypeError, ValueError
        If the bytes are not a result of `encode`.
    """
    with h5py.File(io.BytesIO(data), "r") as file:
        arrays = {
            name: dataset[()]
            for name, dataset in _datasets(file)
            if not leave_out or not name.startswith(leave_out)
        }
        attributes = {k: json.loads(v) for k, v in file.attrs.items() if k not in LAYOUT_ATTRIBUTES}
        return str(file.attrs["kind"]), arrays, attributes


def _datasets(group: h5py.Group, prefix: str = "") -> Iterator[tuple[str, h5py.Dataset]]:
    """Yield all datasets below a group, except links and scales of dimensions without values."""
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        item = group[name]
        if isinstance(item, h5py.Group):
            yield from _datasets(item, f"{prefix}{name}/")
        elif isinstance(item, h5py.Dataset) and not _is_empty_scale(item):
            yield prefix + name, item


def _is_empty_scale(dataset: h5py.Dataset) -> bool:
    name: bytes = h5py.h5ds.get_scale_name(dataset.id) if dataset.is_scale else b""
    return name.startswith(EMPTY.encode())


def _group(groups: dict[str, h5py.Group], path: str) -> h5py.Group:
    """Return a group; create it and its parents if needed, with the order of members kept."""
    if path not in groups:
        parent = _group(groups, _parent(path))
        groups[path] = parent.create_group(_last(path), track_order=True)
    return groups[path]


def _name_dimensions(groups: dict[str, h5py.Group], arrays: Arrays) -> None:
    file = groups[""]
    names = {name: _dimensions(name, arrays) for name in arrays}
    scales = {name: file[name] for name in arrays if names[name] == (_last(name),)}
    for name, scale in scales.items():
        scale.make_scale(_last(name))
    for name in [name for name in arrays if name not in scales]:
        dataset, shape = file[name], arrays[name].shape
        for axis, (dimension, length) in enumerate(zip(names[name], shape, strict=True)):
            scale = _scale(groups, scales, _parent(name), dimension, length)
            dataset.dims[axis].attach_scale(scale)


def _dimensions(name: str, arrays: Arrays) -> tuple[str, ...]:
    """Names of the dimensions of a dataset; `axis_0`, ... for a grid without axes."""
    axes = [_last(other) for other in arrays if other.startswith("axes/")]
    declared = dimensions(name)
    assert declared is not None, f"DIMENSIONS has no entry for {name}"
    count = arrays[name].ndim
    if AXES in declared:
        axes = axes or [f"axis_{i}" for i in range(count - len(declared) + 1)]
        declared = (*declared[: declared.index(AXES)], *axes)
    assert len(declared) == count, f"{name}: expected {declared}, received {count} dimensions"
    return declared


def _scale(
    groups: dict[str, h5py.Group],
    scales: dict[str, h5py.Dataset],
    folder: str,
    name: str,
    length: int,
) -> h5py.Dataset:
    """Return the scale of a dimension in a group; if needed, create it as a link or empty."""
    own = f"{folder}/{name}".lstrip("/")
    if own not in scales:
        group = _group(groups, folder)
        found = next((path for path in _candidates(folder, name) if path in scales), None)
        if found is None:
            scales[own] = group.create_dataset(name, shape=(length,), dtype=">f4")
            scales[own].make_scale(f"{EMPTY}{length:10d}")
        else:
            scales[own] = scales[found]
            group[name] = h5py.SoftLink(f"/{found}")
    shape = scales[own].shape
    assert shape == (length,), f"{own}: expected shape {shape}, received {length}"
    return scales[own]


def _candidates(folder: str, name: str) -> Iterator[str]:
    """Paths that may have the values of a dimension: in the group, its parents, the axes."""
    while folder:
        yield f"{folder}/{name}"
        folder = _parent(folder)
    yield from (name, f"axes/{name}")


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _last(name: str) -> str:
    return name.rpartition("/")[2]
