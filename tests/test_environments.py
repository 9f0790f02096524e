"""Versions are pinned and consistent: package, lock and conda environments."""

import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
PEERS = sorted((ROOT / "benchmarks/requirements").glob("*.txt"))
DECLARED = {
    "dependencies": PROJECT["project"]["dependencies"],
    "build": PROJECT["build-system"]["requires"],
    **PROJECT["project"]["optional-dependencies"],
}


def pins(requirements: list[str]) -> dict[str, str]:
    """Version by name; fails on requirements that are not exactly pinned.

    The part of a version after "+" is left out: it names the build (torch 2.13.0+cpu).
    """
    versions = {}
    for text in requirements:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            pytest.fail(f"{text!r}: {error}")
        specifiers = list(requirement.specifier)
        exact = [one for one in specifiers if one.operator == "==" and "*" not in one.version]
        assert len(specifiers) == len(exact) == 1, f"{text}: expected {requirement.name}==VERSION"
        versions[canonicalize_name(requirement.name)] = exact[0].version.partition("+")[0]
    return versions


def lines_of(path: Path) -> list[str]:
    """Nonempty lines, without comments."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


@pytest.fixture(scope="module")
def locked() -> dict[str, str]:
    """Version of each package in the lock."""
    if not LOCK.is_file():
        pytest.fail("requirements.lock is missing")
    return pins([line for line in lines_of(LOCK) if not line.startswith("-")])


def compare(versions: dict[str, str], locked: dict[str, str], file: str) -> None:
    """Fail with the names that the lock lacks, or has in another version."""
    lacking = sorted(versions.keys() - locked.keys())
    assert not lacking, f"requirements.lock lacks {', '.join(lacking)} of {file}"
    other = [
        f"{name}: {version} in {file}, {locked[name]} in requirements.lock"
        for name, version in versions.items()
        if version != locked[name]
    ]
    assert not other, "; ".join(other)


def packages(environment: Path) -> list[str]:
    """Return what pip installs in a conda environment."""
    entries = yaml.safe_load(environment.read_text())["dependencies"]
    return [name for entry in entries if isinstance(entry, dict) for name in entry["pip"]]


@pytest.mark.parametrize("group", DECLARED)
def test_declared_dependencies_are_pinned(group):
    assert pins(DECLARED[group])


@pytest.mark.parametrize("group", [group for group in DECLARED if group != "build"])
def test_declared_dependencies_match_the_lock(group, locked):
    compare(pins(DECLARED[group]), locked, f"pyproject.toml ({group})")


@pytest.mark.parametrize("path", PEERS, ids=lambda path: path.name)
def test_peers_have_the_same_versions_alone_and_together(path):
    together, alone = pins(DECLARED["bench"]), pins(lines_of(path))
    assert together.keys() & alone.keys()
    assert all(together[name] == alone[name] for name in together.keys() & alone.keys())


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_environments_match_the_lock(path, locked):
    compare(pins(packages(path)), locked, path.name)


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_environments_hold_only_what_the_package_declares(path):
    """Otherwise conda would run packages or versions that are not tested elsewhere."""
    declared = pins(DECLARED["dependencies"])
    assert pins(packages(path)).items() <= declared.items()


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_environments_pin_a_python_that_the_package_allows(path):
    entries = yaml.safe_load(path.read_text())["dependencies"]
    python = [entry for entry in entries if isinstance(entry, str) and entry.startswith("python=")]
    assert len(python) == 1, f"{path.name}: expected python=VERSION, found {python}"
    allowed = Requirement(f"python{PROJECT['project']['requires-python']}").specifier
    assert allowed.contains(python[0].removeprefix("python="))


def test_there_are_environments():
    assert {path.name for path in ENVIRONMENTS} >= {"train.yaml", "analysis.yaml"}
