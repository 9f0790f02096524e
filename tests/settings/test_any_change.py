"""Any change to config.yaml gives valid settings or a one-line error."""

import datetime
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pinn_phases.settings.config import Settings
from pinn_phases.settings.scales import load_scales
from pinn_phases.strict_model import SettingsError
from tests.settings.conftest import ABSENT, changed

CONFIG = Path(__file__).parents[2] / "config.yaml"


@functools.cache
def _original() -> dict[str, Any]:
    return yaml.safe_load(CONFIG.read_text())


def keys(tree: object, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Key paths of all values, blocks included."""
    if isinstance(tree, Mapping):
        entries = tree.items()
    elif isinstance(tree, list):
        entries = ((str(index), value) for index, value in enumerate(tree))
    else:
        entries = ()
    for key, value in entries:
        yield ".".join((*above, key))
        yield from keys(value, (*above, key))


def holds(tree: Any, path: tuple[str, ...]) -> bool:
    """Whether the path exists."""
    for key in path:
        if isinstance(tree, list) and key.isdigit():
            tree = dict(enumerate(tree))
            key = int(key)  # noqa: PLW2901
        if not isinstance(tree, Mapping) or key not in tree:
            return False
        tree = tree[key]
    return True


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["1e-4", "plain", "rba", 10**400, b"bytes", datetime.date(2025, 1, 1)]),
)
values = st.one_of(
    st.just(ABSENT),
    scalars,
    st.lists(scalars, max_size=3),
    st.dictionaries(st.text(max_size=4) | st.integers(), scalars, max_size=3),
)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(key=st.sampled_from(sorted(keys(_original()))), value=values)
def test_any_change_gives_settings_or_a_one_line_error_with_its_place(key, value):
    config = _original()
    if value is ABSENT and key.startswith(("seeds.", "compared_methods.")):
        value = []
    config = changed(config, key, value)
    try:
        loaded = load_scales(config)
    except SettingsError as error:
        assert len(str(error).splitlines()) == 1
        path = error.path
        assert holds(config, path) or holds(config, path[:-1]) or not all(path)
    else:
        assert all(isinstance(one, Settings) for one in loaded.values())
