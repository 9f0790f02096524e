"""A few of each fault; `python -m tests.faults` injects all of them."""

from importlib import import_module
from random import Random

import pytest

SAMPLES = {
    "kills": 3,
    "signals": 3,
    "full_disk": 2,
    "damage": 4,
    "mutations": 60,
    "foreign": 3,
    "two_calls": 1,
    "clocks": 1,
    "compilers": 1,
    "starts": 1,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_each_fault_meets_its_requirement(name):
    outcomes = import_module(f"tests.faults.{name}").faults(SAMPLES[name], Random(1))
    assert len(outcomes) == SAMPLES[name]
    assert [outcome for outcome in outcomes if outcome.broken] == []
