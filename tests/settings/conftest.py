"""Helpers of the settings tests: change config.yaml, and catch the error."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from pinn_phases.settings.scales import load_scales
from pinn_phases.strict_model import SettingsError

ABSENT = object()  # instead of a value: remove the key
PROBLEM = "problems.allen_cahn"
CONDITIONS = f"{PROBLEM}.training.conditions"


def changed(config: Mapping[str, Any], key: str, value: object) -> dict[str, Any]:
    """Return a copy with another value at the key path; create missing blocks on the way."""
    copied = copy.deepcopy(dict(config))
    *blocks, last = key.split(".")
    place: Any = copied
    for block in blocks:
        place = place[int(block)] if isinstance(place, list) else place.setdefault(block, {})
    if value is ABSENT:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return copied


def refusal(config: Mapping[str, Any]) -> SettingsError:
    """Return the error; check that it is one line."""
    with pytest.raises(SettingsError) as caught:
        load_scales(config)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


@pytest.fixture
def bare(config) -> dict[str, Any]:
    """config.yaml with scales that change nothing."""
    return config | {"scales": {scale: {} for scale in config["scales"]}}
