"""Layout of the HDF5 files; the only code that uses HDF5.

Every file has the attributes `kind` (below), `groups` (of its datasets) and, as JSON, the
provenance of `pinn_phases.files.provenance`. Lengths: R rows of the history, L layers, H hidden
layers, S snapshots, Q equations, N collocation points, P parameters, C coordinates.

| kind        | datasets                                                                           |
|-------------|------------------------------------------------------------------------------------|
| reference   | `axes/{coordinate}`, `fields/{field}`, attributes `error_estimate`, `resolution`   |
| run         | `history/{name}` (R,), `history/layers/{name}` (R, L), `snapshots/iteration` (S,), |
|             | `snapshots/parameters` (S, P), `snapshots/weights` (S, Q, N),                      |
|             | `points/collocation` (N, C)                                                        |
| checkpoint  | as run without points, and `state/{name}`; attribute `parts`, the list of files    |
|             | with the beginning of its history, snapshots and `state/milestones/{name}`         |
| part        | the same three, of some iterations                                                 |
| phases      | none; attributes `diffusion`, `total_diffusion`: null or a mapping                 |
| fields      | `iterations` (S,), `axes/{coordinate}`, `fields/{observable}` of the reference,    |
|             | `prediction/{observable}`, `residual/{equation}`, `points/collocation`, `weights`; |
|             | attribute `relative_l2`: observable -> its errors                                  |
| information | `iterations` (S,), `information/{relative,fixed,binary,norm}` (S, H),              |
|             | `activations/sample` (S, H, neurons), `points/sample` (1, C); attribute `points`   |
| coarse      | as information, with so few bins that the measure does not saturate                |
| published   | `error/{iteration,relative_l2}`, `gradients/{iteration,mean,std,snr}`, attributes  |
|             | `source`, `drawn`, `found`: boundaries, `paper`                                    |
| homogeneity | `iterations` (S,), `axes/{coordinate}`, the midpoints of the boxes,                |
|             | `boxes/residual` (S, boxes, ...), `homogeneity/residual` (S,)                      |
| terms       | `iterations` (S,), `terms/{name}` (S,), `terms/layers/{name}` (S, L); attribute    |
|             | `conditions`: their names, in the order of the loss                                |

Larger datasets are compressed without loss. Every dataset has the attributes `units` ("1" is
dimensionless) and `long_name`. `pinn_phases.files.descriptions` lists the names of the dimensions.
As in netCDF-4, dimensions are HDF5 dimension scales: a dataset of that name, such as
`history/iteration`, or an empty one if the dimension has no values, such as `parameter`. Each group
has the scales of its datasets, or links to them (`fields/x` is `axes/x`), so that xarray can open
it with its coordinates.
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
"""Name that netCDF-4 gives to the scale of a dimension without values."""

COMPRESSED_BYTES = 4096
"""Smallest size of a compressed dataset; smaller ones would grow by their chunk index."""
COMPRESSION = {"compression": "gzip", "shuffle": True}  # read by whatever reads HDF5

OWN = ("kind", "groups")  # attributes that are no part of the content's, and no JSON


def encode(kind: str, arrays: Arrays, attributes: Mapping[str, Any]) -> memoryview:
    """Bytes of a file, deterministic in its content."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", track_order=True) as file:
        file.attrs["kind"] = kind
        file.attrs["groups"] = ", ".join(dict.fromkeys(filter(None, map(_folder, arrays))))
        for name, value in attributes.items():
            file.attrs[name] = json.dumps(value)
        for name, values in arrays.items():
            words = description(name)
            assert words is not None, f"DESCRIPTIONS says nothing of {name}"
            how = COMPRESSION if values.nbytes >= COMPRESSED_BYTES else {}
            dataset = _group(file, _folder(name)).create_dataset(_last(name), data=values, **how)
            dataset.attrs["units"] = "1"
            dataset.attrs["long_name"] = words
        _name_dimensions(file, arrays)
    return buffer.getbuffer()


def decode(data: bytes, leave_out: tuple[str, ...]) -> tuple[str, Arrays, Mapping[str, Any]]:
    """Kind, arrays (within a group in the order of writing) and attributes.

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
        attributes = {k: json.loads(v) for k, v in file.attrs.items() if k not in OWN}
        return str(file.attrs["kind"]), arrays, attributes


def _datasets(group: h5py.Group, prefix: str = "") -> Iterator[tuple[str, h5py.Dataset]]:
    """Yield the datasets below, without links to coordinates and dimensions without values."""
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


def _group(file: h5py.File, path: str) -> h5py.Group:
    """Create a group and its parents, which keep the order of their members."""
    if not path or path in file:
        return file[path or "/"]
    return _group(file, _folder(path)).create_group(_last(path), track_order=True)


def _name_dimensions(file: h5py.File, arrays: Arrays) -> None:
    names = {name: _dimensions(name, arrays) for name in arrays}
    coordinates = [name for name in arrays if names[name] == (_last(name),)]
    for name in coordinates:
        file[name].make_scale(_last(name))
    for name, values in arrays.items():
        if name in coordinates:
            continue
        for axis, dimension in enumerate(names[name]):
            scale = _scale(file, _folder(name), dimension, values.shape[axis])
            file[name].dims[axis].attach_scale(scale)


def _dimensions(name: str, arrays: Arrays) -> tuple[str, ...]:
    """Names of the dimensions of a dataset; those of a grid without axes are numbered."""
    axes = [_last(other) for other in arrays if other.startswith("axes/")]
    declared = dimensions(name)
    assert declared is not None, f"DIMENSIONS says nothing of {name}"
    count = arrays[name].ndim
    if AXES in declared:
        axes = axes or [f"axis_{i}" for i in range(count - len(declared) + 1)]
        declared = (*declared[: declared.index(AXES)], *axes)
    assert len(declared) == count, f"{name}: expected {declared}, received {count} dimensions"
    return declared


def _scale(file: h5py.File, folder: str, name: str, length: int) -> h5py.Dataset:
    """Return the scale of a dimension in a group: an existing one, a link, or an empty one."""
    group = _group(file, folder)
    places = (path for path in _places(folder, name) if path in file)
    found = next((path for path in places if file[path].is_scale), None)
    if found is None:
        scale = group.create_dataset(name, shape=(length,), dtype=">f4")
        scale.make_scale(f"{EMPTY}{length:10d}")
    elif name not in group:
        group[name] = h5py.SoftLink(f"/{found}")
    shape = group[name].shape
    assert shape == (length,), f"{folder}: expected {name} of {shape}, received {length}"
    return group[name]


def _places(folder: str, name: str) -> Iterator[str]:
    """Places where the values of a dimension may be: the group, its parents, the axes."""
    while folder:
        yield f"{folder}/{name}"
        folder = _folder(folder)
    yield from (name, f"axes/{name}")


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _last(name: str) -> str:
    return name.rpartition("/")[2]
