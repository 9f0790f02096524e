"""The code to which docs/errata.md refers exists."""

import re
from importlib import import_module
from operator import attrgetter

import pytest

CODE = re.compile(r"`([^`]+)`")
LIBRARY = "workflow/pinn_phases"


@pytest.fixture(scope="module")
def page(repository):
    """Text of the page."""
    return (repository / "docs/errata.md").read_text()


def module(file):
    """Import a file below the library."""
    return import_module("pinn_phases." + file.removesuffix(".py").replace("/", "."))


def exists(name, owner):
    """Return whether a module has an attribute of this dotted name, or a block has this key."""
    if not isinstance(owner, dict):
        try:
            attrgetter(name)(owner)
        except AttributeError:
            return False
        return True
    first, _, rest = name.partition(".")
    blocks = owner.values() if first == "*" else [owner[first]] if first in owner else []
    return any(not rest or exists(rest, block) for block in blocks)


def unresolved(text, folder, config):
    """Return the references in the last column of the tables that do not resolve.

    A name belongs to the file before it, or without one to any file of the page; a key to
    config.yaml.
    """
    named = dict.fromkeys(name for name in CODE.findall(text) if name.endswith(".py"))
    absent = {file for file in named if not (folder / LIBRARY / file).is_file()}
    modules = {file: module(file) for file in named if file not in absent}
    for row in re.findall(r"^\|.*\|$", text, re.M):
        for part in row.rstrip("| ").rpartition(" | ")[2].split("; "):
            names = CODE.findall(part)
            own = [modules[name] for name in names if name in modules]
            owners = [config] if part.startswith("config.yaml") else own or modules.values()
            absent |= {
                name
                for name in names
                if name not in named and not any(exists(name, owner) for owner in owners)
            }
    return absent


def test_every_reference_resolves(page, repository, config):
    assert unresolved(page, repository, config) == set()


@pytest.mark.parametrize(
    ("reference", "stale"),
    [
        ("`training/statistics.py`", "training/moments.py"),
        ("`gradient_statistics`", "batch_statistics"),
        ("`GradientStatistics.snr`", "GradientStatistics.ratio"),
        ("`AllenCahn.condition`", "AllenCahn.terms"),
        ("`training.batches`", "training.chunks"),
        ("`problems.*.reference.grid`", "problems.*.reference.points"),
    ],
)
def test_a_stale_reference_is_found(reference, stale, page, repository, config):
    changed = page.replace(reference, f"`{stale}`", 1)
    assert changed != page and unresolved(changed, repository, config) == {stale}
