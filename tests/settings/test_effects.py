"""Every change of a number in config.yaml changes some job or is rejected."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from pinn_phases.settings.config import Settings
from pinn_phases.settings.scales import load_scales
from pinn_phases.settings.trees import leaves
from pinn_phases.strict_model import SettingsError
from tests.settings.conftest import changed

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
# Constants of a method or optimiser have an effect only if it is compared.
BESIDE_ADAM = [name for name in CONFIG["optimisers"] if name != "adam"]
CONFIG["compared_methods"] = [*CONFIG["methods"], *(f"rba-{name}" for name in BESIDE_ADAM)]
LOADED = load_scales(CONFIG)
WORDS = {
    "gradient_parameters": ["weights"],
    "engine": ["plain"],
    "ansatz": ["initial", "plain"],
    "phases_of": ["vanilla"],
    "font": ["Arial"],
    "seeds": [[0, 1]],
    "compared_methods": [["rba", "sa"]],
    "optimiser": ["soap"],
    "points": [50],  # of the information; null: all
}
# All other values of these keys are rejected, for the reason in the comment.
ONLY_FOR_SOME = {
    "optimiser",  # some method would occur twice; test_optimisers.py shows its effect
    "training.network.fourier_modes",  # not every problem has a periodic coordinate
    "training.network.ansatz",  # not every problem has another
    # The ansatz of this problem at this scale satisfies the condition.
    "scales.laptop.problems.allen_cahn.training.conditions.initial.weight",
}


def others(key: str, value: Any) -> Iterator[Any]:
    """Other values, some of which may be rejected."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value + 2, 2 * value, value // 2 + 1, value // 2)
    elif isinstance(value, float):
        yield from (value + 0.5, value / 2, value / 2 + 0.25)
    else:
        yield from WORDS[key.rpartition(".")[2]]


def loaded_with(key: str, value: Any) -> Mapping[str, Settings] | None:
    """Return the settings of all scales; None if the value is rejected."""
    try:
        return load_scales(changed(CONFIG, key, value))
    except SettingsError:
        return None


@pytest.mark.parametrize("key", [key for key, _ in leaves(CONFIG) if key != "scale"])
def test_every_number_has_an_effect(key):
    value = dict(leaves(CONFIG))[key]
    candidates = (loaded_with(key, other) for other in others(key, value) if other != value)
    accepted = next((loaded for loaded in candidates if loaded is not None), None)
    assert (accepted is None) == (key in ONLY_FOR_SOME)
    assert accepted != LOADED
