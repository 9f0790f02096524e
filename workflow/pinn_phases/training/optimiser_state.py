"""Conversion of the state of a torch optimiser to named arrays, and back.

A dict of tensors becomes arrays of the same names. Any other state is split into one flat vector
per dtype with all tensors, one vector with all Python numbers, and JSON with the structure: keys,
lists, and the shapes and strides of the tensors. Strides are kept because the rounding of matrix
products depends on them.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pinn_phases.arrays import Arrays

PREFIX = "optimiser/"  # of the names of the arrays
STRUCTURE, NUMBERS = f"{PREFIX}structure", f"{PREFIX}numbers"


def to_arrays(state: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Convert a state to named arrays.

    Returns
    -------
    dict
        For a dict of tensors, arrays of the same names. For any other state: `optimiser/{dtype}`,
        all tensors of that dtype as one vector; `optimiser/numbers`, all Python numbers as
        float64; and `optimiser/structure`, the structure as JSON in UTF-8, with a placeholder for
        each tensor and number.
    """
    if all(isinstance(value, torch.Tensor) for value in state.values()):
        return {name: value.cpu().numpy().copy() for name, value in state.items()}
    tensors: dict[str, list[NDArray[Any]]] = defaultdict(list)
    numbers: list[float] = []

    def structure(node: object) -> object:
        match node:
            case torch.Tensor():
                dtype = str(node.dtype).removeprefix("torch.")
                tensors[dtype].append(node.detach().cpu().numpy().ravel())
                return {"tensor": dtype, "shape": list(node.shape), "strides": list(node.stride())}
            case bool() | None | str():
                return {"constant": node}
            case int() | float():
                numbers.append(node)
                return {"number": type(node).__name__}
            case dict():
                return {"dict": [[structure(key), structure(value)] for key, value in node.items()]}
            case list() | tuple():
                return {type(node).__name__: [structure(value) for value in node]}
        raise TypeError(f"expected tensors, numbers, text, lists and dicts, received {type(node)}")

    text = json.dumps(structure(state))
    return {
        **{f"{PREFIX}{dtype}": np.concatenate(parts) for dtype, parts in tensors.items()},
        NUMBERS: np.array(numbers, np.float64),
        STRUCTURE: np.frombuffer(text.encode(), np.uint8),
    }


def from_arrays(arrays: Arrays) -> Any:
    """Convert arrays back to a state, the inverse of `to_arrays`; `arrays` may hold others too."""
    if STRUCTURE not in arrays:
        return {name: torch.from_numpy(np.array(values)) for name, values in arrays.items()}
    numbers = iter(arrays[NUMBERS].tolist())
    offsets: dict[str, int] = defaultdict(int)  # dtype -> values used so far

    def restored(node: dict[str, Any]) -> object:
        kind, value = next(iter(node.items()))
        match kind:
            case "tensor":
                size = int(np.prod(node["shape"]))
                start = offsets[value]
                offsets[value] += size
                values = torch.from_numpy(arrays[f"{PREFIX}{value}"][start : start + size])
                tensor = torch.empty_strided(node["shape"], node["strides"], dtype=values.dtype)
                return tensor.copy_(values.reshape(node["shape"]))
            case "constant":
                return value
            case "number":
                return int(next(numbers)) if value == "int" else next(numbers)
            case "dict":
                return {restored(key): restored(entry) for key, entry in value}
        entries = [restored(entry) for entry in value]
        return tuple(entries) if kind == "tuple" else entries

    return restored(json.loads(arrays[STRUCTURE].tobytes()))
