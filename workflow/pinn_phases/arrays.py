"""Type aliases for NumPy arrays."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Arrays = Mapping[str, NDArray[Any]]  # name of a dataset -> values
