"""The state of an optimiser of torch as arrays, and back.

A dict of tensors becomes arrays of the same names. Of any other state the tensors of a dtype are
one vector, and numbers another. What is left is text: names, lists, and the layout of the tensors
in memory, on which the rounding of matrix products depends.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pinn_phases.arrays import Arrays

PREFIX = "optimiser/"  # of the arrays' names
STRUCTURE, NUMBERS = f"{PREFIX}structure", f"{PREFIX}numbers"


def to_arrays(state: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Return a state as arrays.

    Returns
    -------
    dict
        Of a dict of tensors, these. Else `optimiser/{dtype}`: the tensors of a dtype, flat;
        `optimiser/numbers`: Python's numbers, float64; `optimiser/structure`: JSON with a
        placeholder for each, UTF-8.
    """
    if all(isinstance(value, torch.Tensor) for value in state.values()):
        return {name: value.cpu().numpy().copy() for name, value in state.items()}
    tensors: dict[str, list[NDArray[Any]]] = defaultdict(list)
    numbers: list[float] = []

    def skeleton(node: object) -> object:
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
                return {"dict": [[skeleton(key), skeleton(value)] for key, value in node.items()]}
            case list() | tuple():
                return {type(node).__name__: [skeleton(value) for value in node]}
        raise TypeError(f"expected tensors, numbers, text, lists and dicts, received {type(node)}")

    text = json.dumps(skeleton(state))
    return {
        **{f"{PREFIX}{dtype}": np.concatenate(parts) for dtype, parts in tensors.items()},
        NUMBERS: np.array(numbers, np.float64),
        STRUCTURE: np.frombuffer(text.encode(), np.uint8),
    }


def from_arrays(arrays: Arrays) -> Any:
    """Invert `to_arrays`; other arrays may be among them."""
    if STRUCTURE not in arrays:
        return {name: torch.from_numpy(np.array(values)) for name, values in arrays.items()}
    numbers = iter(arrays[NUMBERS].tolist())
    places: dict[str, int] = defaultdict(int)

    def filled(node: dict[str, Any]) -> object:
        kind, value = next(iter(node.items()))
        match kind:
            case "tensor":
                size = int(np.prod(node["shape"]))
                start = places[value]
                places[value] += size
                part = torch.from_numpy(arrays[f"{PREFIX}{value}"][start : start + size])
                made = torch.empty_strided(node["shape"], node["strides"], dtype=part.dtype)
                return made.copy_(part.reshape(node["shape"]))
            case "constant":
                return value
            case "number":
                return int(next(numbers)) if value == "int" else next(numbers)
            case "dict":
                return {filled(key): filled(entry) for key, entry in value}
        entries = [filled(entry) for entry in value]
        return tuple(entries) if kind == "tuple" else entries

    return filled(json.loads(arrays[STRUCTURE].tobytes()))
