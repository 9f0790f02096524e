"""Types of NumPy arrays that many modules name."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Arrays = Mapping[str, NDArray[Any]]  # by the name of a dataset
