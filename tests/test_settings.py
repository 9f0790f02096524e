"""config.yaml becomes settings, layer by layer; every mistake in it is one plain line."""

import copy
import datetime
import functools
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pinn_phases.analysis.settings import PhaseSettings
from pinn_phases.frozen import SettingsError, validated_json
from pinn_phases.settings import Settings, load_scales, words_to_numbers
from pinn_phases.training.settings import RunSettings

CONFIG = Path(__file__).parents[1] / "config.yaml"
ABSENT = object()  # in the place of a value: take the key out
PROBLEM = "problems.allen_cahn"
CONDITIONS = f"{PROBLEM}.training.conditions"


@functools.cache
def _original() -> dict[str, Any]:
    return yaml.safe_load(CONFIG.read_text())


def changed(config: Mapping[str, Any], key: str, value: object) -> dict[str, Any]:
    """Return a copy with another value at the key path; blocks on the way there are made."""
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
    """Return the error, which is one line."""
    with pytest.raises(SettingsError) as caught:
        load_scales(config)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


@pytest.fixture
def bare(config) -> dict[str, Any]:
    """config.yaml with scales that change nothing."""
    return config | {"scales": {scale: {} for scale in config["scales"]}}


# Loading and layers


def test_the_file_loads_at_every_scale(config):
    scales = load_scales(config)
    assert set(scales) == {"smoke", "laptop", "paper"} <= set(config["scales"])
    for scale, loaded in scales.items():
        assert loaded.scale == scale
        for problem in config["problems"]:
            assert loaded.reference(problem).make_solver()
            for method in config["methods"]:
                run = loaded.run(problem, method, 0)
                assert run.make_problem() and run.make_method()


def test_values_arrive(config):
    problem = config["problems"]["allen_cahn"]
    run = at_scale(config, {}).run("allen_cahn", "rba", 3)
    assert run.seed == 3
    assert run.make_problem().model_dump() == problem["equation"]
    assert run.make_method().model_dump() == config["methods"]["rba"]
    assert run.training.model_dump(mode="json") == config["training"] | problem["training"]


def at_scale(config: Mapping[str, Any], scale: Mapping[str, Any]) -> Settings:
    """Load with this block as the only scale."""
    return load_scales({**config, "scale": "this", "scales": {"this": scale}})["this"]


def test_scale_goes_over_the_file_key_by_key(config):
    file = at_scale(config, {}).problems["allen_cahn"].training
    scale = {"training": {"iterations": 7, "network": {"width": 3}}, "seeds": [5]}
    loaded = at_scale(config, scale)
    expected = file.model_dump()
    expected["iterations"] = 7
    expected["network"]["width"] = 3
    assert loaded.problems["allen_cahn"].training.model_dump() == expected
    assert loaded.seeds == (5,)


def test_problem_goes_over_the_general_blocks_key_by_key(config):
    file = at_scale(config, {}).problems["allen_cahn"]
    config = changed(config, f"{PROBLEM}.training.record.every", 3)
    config = changed(config, f"{PROBLEM}.execution.threads", 2)
    config = changed(config, f"{PROBLEM}.methods.rba.rate", 0.5)
    expected = file.model_dump()
    expected["training"]["record"]["every"] = 3
    expected["execution"]["threads"] = 2
    expected["methods"]["rba"]["rate"] = 0.5
    assert at_scale(config, {}).problems["allen_cahn"].model_dump() == expected


def test_the_scale_s_problem_wins_over_all_other_places(config):
    places = ["training", "problems.allen_cahn.training"]
    keys = [f"{place}.iterations" for place in places]
    values = []
    scale: dict[str, Any] = {}
    for number, key in enumerate(keys, start=101):  # lowest first
        config = changed(config, key, number)
        values.append(at_scale(config, {}).problems["allen_cahn"].training.iterations)
    scale = changed(scale, keys[0], 103)
    # A scale's general block is still general: the problem's own block goes over it.
    values.append(at_scale(config, scale).problems["allen_cahn"].training.iterations)
    scale = changed(scale, keys[1], 104)
    values.append(at_scale(config, scale).problems["allen_cahn"].training.iterations)
    assert values == [101, 102, 102, 104]


def test_a_scale_changes_no_other(config):
    before = load_scales(config)
    config["scales"]["laptop"] = {"training": {"iterations": 12345}}
    after = load_scales(config)
    assert after["laptop"] != before["laptop"]
    assert {**after, "laptop": None} == {**before, "laptop": None}


def test_loading_leaves_the_file_s_tree_as_it_was(config):
    before = copy.deepcopy(config)
    load_scales(config)
    assert config == before


def test_stored_settings_give_the_same_run(config):
    run = load_scales(config)["smoke"].run("allen_cahn", "vanilla", 1)
    assert validated_json(RunSettings, run.model_dump_json()) == run


# Mistakes: the place of the value, the value (`...`: not shown), what is allowed

MISTAKES = [
    ("training.points", -5, "at least 1"),
    ("training.points", 0, "at least 1"),
    ("training.points", "many", "whole number"),
    ("training.points", 100.5, "whole number"),
    ("training.points", True, "whole number"),
    ("training.points", [100], "whole number"),
    ("training.points", {"all": 100}, "whole number"),
    ("training.points", None, "whole number"),
    ("training.points", datetime.date(2025, 1, 1), "a number, a word, a list or a block"),
    ("training.batches", 1, "at least 2"),
    ("training.iterations", 3.0e5, "whole number"),
    ("training.compiled", "yes", "true or false"),
    ("training.compiled", 1, "true or false"),
    ("training.network.width", 0, "at least 1"),
    ("training.optimiser.learning_rate", "1e-4", "a number (YAML reads 1e-4 as text"),
    ("training.optimiser.learning_rate", 0, "greater than 0"),
    ("training.optimiser.learning_rate", math.nan, "finite number"),
    ("training.optimiser.learning_rate", math.inf, "finite number"),
    ("training.optimiser.learning_rate", -math.inf, "finite number"),
    ("training.optimiser.beta1", 1.0, "less than 1"),
    ("training.record.gradient_parameters", "biases", "'all' or 'weights'"),
    ("training.network.ansatz", "exact", "one of plain"),
    ("execution.threads", 0, "at least 1"),
    ("execution.gpus", 2, "at most 1"),
    ("methods.rba.decay", 1.0, "less than 1"),
    ("methods.rba.rate", "1e-3", "a number (YAML reads 1e-4 as text"),
    (f"{PROBLEM}.equation.diffusion", -1e-4, "greater than 0"),
    (f"{PROBLEM}.equation.diffusion", "1e-4", "a number (YAML reads 1e-4 as text"),
    (f"{PROBLEM}.reference.modes", 511, "multiple of 2"),
    (f"{PROBLEM}.reference.steps", 1001, "multiple of the"),
    (f"{PROBLEM}.reference.grid.t", 1, "at least 2"),
    (f"{CONDITIONS}.initial.weight", -1.0, "at least 0"),
    (f"{CONDITIONS}.initial.points", 1, "at least 2"),
    ("phases.min_confidence", 1.5, "at most 1"),
    ("figures.smoothing", 0, "at least 1"),
    ("figures.phases_of", "sgd", "one of "),
    ("scale", "desktop", "one of smoke, laptop, paper"),
    ("scale", 3, "one of smoke, laptop, paper"),
    ("scale", ["laptop"], "one of smoke, laptop, paper"),
    ("seeds", [], "at least one"),
    ("seeds", 3, "a list"),
    ("seeds", None, "a list"),
    ("seeds", "0, 1", "a list"),
    ("seeds", [0, 1, 0], "different integers"),
]
BLOCKS = [
    *("training", "training.network", "execution", "methods", "methods.rba", "phases", "figures"),
    *("problems", PROBLEM, f"{PROBLEM}.equation", f"{PROBLEM}.training"),
    *(CONDITIONS, f"{CONDITIONS}.initial", f"{PROBLEM}.reference.grid"),
]
NAMED = ["problems", "methods", CONDITIONS, f"{PROBLEM}.reference.grid"]  # their keys are names


@pytest.mark.parametrize(("key", "value", "allowed"), MISTAKES)
def test_a_bad_value_is_named_with_its_place_and_what_is_allowed(bare, key, value, allowed):
    message = str(refusal(changed(bare, key, value)))
    assert message.startswith(f"setting {key} = ")
    assert isinstance(value, dict) or repr(value) in message
    assert "expected" in message and allowed in message


@pytest.mark.parametrize(("key", "value", "allowed"), MISTAKES)
def test_a_bad_value_in_a_scale_is_named_there(bare, key, value, allowed):
    key = f"scales.laptop.{key}"
    if key == "scales.laptop.scale":
        allowed = "unknown key"
    message = str(refusal(changed(bare, key, value)))
    assert message.startswith(f"setting {key} = ")
    assert allowed in message


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("value", [5, None, "all", [1, 2]])
@pytest.mark.parametrize("where", ["", "scales.laptop."])
def test_a_block_cannot_be_something_else(bare, block, value, where):
    message = str(refusal(changed(bare, where + block, value)))
    assert message.startswith(f"setting {where}{block} = {value!r}: expected a block")


@pytest.mark.parametrize("value", [5, None, [1]])
def test_a_scale_is_a_block(bare, value):
    assert refusal(changed(bare, "scales.laptop", value)).path == ("scales", "laptop")
    assert refusal(changed(bare, "scales", value)).path == ("scales",)


@pytest.mark.parametrize("block", ["", *(f"{block}." for block in BLOCKS if block not in NAMED)])
@pytest.mark.parametrize("where", ["", "scales.laptop."])
def test_an_unknown_key_is_named(bare, block, where):
    message = str(refusal(changed(bare, f"{where}{block}surprise", {})))
    assert message.startswith(f"setting {where}{block}surprise = {{...}}: unknown key")


def test_an_unknown_key_comes_with_the_known_ones(bare):
    bare = changed(bare, "training.pointz", bare["training"].pop("points"))
    message = str(refusal(bare))  # rather than that `points` is missing
    assert message.startswith("setting training.pointz = ")
    assert "unknown key" in message
    assert "points" in message and "iterations" in message


@pytest.mark.parametrize(
    ("key", "allowed"), [("problems.navier_stokes", "allen_cahn"), ("methods.sgd", "rba, vanilla")]
)
@pytest.mark.parametrize("where", ["", "scales.laptop."])
def test_unknown_problems_and_methods_are_named(bare, key, allowed, where):
    message = str(refusal(changed(bare, where + key, {})))
    assert message.startswith(f"setting {where}{key}: expected one of {allowed}")


@pytest.mark.parametrize(
    "key",
    [
        "training.points",
        "training.network.width",
        "execution",
        "execution.gpus",
        "methods",
        "methods.rba.decay",
        "seeds",
        "problems",
        "phases.window",
        "figures",
        f"{PROBLEM}.equation",
        f"{PROBLEM}.equation.reaction",
        f"{PROBLEM}.reference.grid",
        f"{CONDITIONS}.initial.weight",
    ],
)
def test_a_missing_key_is_named(bare, key):
    assert str(refusal(changed(bare, key, ABSENT))) == f"setting {key}: missing"


@pytest.mark.parametrize("key", ["scale", "scales"])
def test_missing_scales_are_named(bare, key):
    assert refusal(changed(bare, key, ABSENT)).path == (key,)


@pytest.mark.parametrize("key", ["problems", "methods"])
def test_there_is_something_to_do(bare, key):
    assert "at least one" in str(refusal(changed(bare, key, {})))


@pytest.mark.parametrize("where", ["", "scales.laptop."])
def test_points_are_a_multiple_of_batches(bare, where):
    bare["training"] |= {"points": 200, "batches": 10}
    bare["scales"] = {"laptop": {"training": {"batches": 20}}}
    error = refusal(changed(bare, f"{where}training.points", 210 + 1))
    batches = 20 if where else 10
    assert str(error) == (
        f"setting {where}training.points = 211: expected a multiple of batches = {batches}"
    )


@pytest.mark.parametrize("seed", [-1, 2**63, 0.5, "1", None])
def test_a_bad_seed_is_named_by_its_place_in_the_list(bare, seed):
    assert refusal(changed(bare, "seeds", [0, seed])).path == ("seeds", "1")


def test_every_condition_of_the_problem_is_set(bare):
    message = str(refusal(changed(bare, f"{CONDITIONS}.boundary", ABSENT)))
    assert message == f"setting {CONDITIONS} = 'initial': expected initial, boundary"


def test_no_other_condition_is_set(bare):
    bare = changed(bare, f"{CONDITIONS}.final", {"points": 2, "weight": 1.0})
    assert refusal(bare).path == tuple(CONDITIONS.split("."))


@pytest.mark.parametrize("grid", [{"t": 201}, {"t": 201, "y": 512}])
def test_the_grid_is_that_of_the_problem(bare, grid):
    message = str(refusal(changed(bare, f"{PROBLEM}.reference.grid", grid)))
    assert f"{PROBLEM}.reference.grid" in message and "expected t, x" in message


def test_a_mistake_in_the_file_is_not_blamed_on_a_scale(bare):
    bare["scales"] = {"laptop": {"training": {"network": {"width": 3}}}}
    error = refusal(changed(bare, "training.network.depth", 3))
    assert error.path == ("training", "network", "depth")


def test_keys_are_words(bare):
    bare["training"][5] = 1
    assert str(refusal(bare)) == "setting training.5: expected a word as the key"


def test_a_key_with_a_line_break_gives_one_line(bare):
    assert "unknown key" in str(refusal(changed(bare, "training.a\nb", 1)))


@pytest.mark.parametrize(
    "text", ["", "{", "5", "[]", '{"window": NaN}', '{"window": "1e-4"}', '{"wide": 1}', "1" * 5000]
)
def test_bad_json_from_the_command_line_is_one_line(text):
    with pytest.raises(SettingsError) as caught:
        validated_json(PhaseSettings, text)
    assert str(caught.value).startswith("setting --settings")
    assert len(str(caught.value).splitlines()) == 1


def test_names_from_the_command_line_are_checked(bare):
    run = json.loads(load_scales(bare)["smoke"].run("allen_cahn", "rba", 0).model_dump_json())
    for key in ("problem", "method"):
        with pytest.raises(SettingsError, match=f"--settings.{key} = 'none': expected one of"):
            validated_json(RunSettings, json.dumps(run | {key: "none"}))


# Any mistake


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
    """Whether there is something at the path."""
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
def test_any_change_gives_settings_or_one_line_that_names_a_place_in_the_file(key, value):
    config = _original()
    if value is ABSENT and key.startswith("seeds."):
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


# The file itself


def test_words_that_yaml_would_read_as_numbers_become_numbers():
    words = {"seeds": ["0", "-1"], "a": {"b": "0.5", "c": "1.0e-4"}, "d": 2}
    assert words_to_numbers(words) == {"seeds": [0, -1], "a": {"b": 0.5, "c": 1e-4}, "d": 2}
    assert isinstance(words_to_numbers("1"), int) and isinstance(words_to_numbers("1."), float)
    for word in ("1e-4", "laptop", "", "1 2", "nan", ".", "0x1", "1_0"):
        assert words_to_numbers(word) == word == yaml.safe_load(f"'{word}'")


def test_every_value_outside_the_scales_is_explained():
    """By a comment on its line, on the line above, or on the line of its block."""
    lines = CONFIG.read_text().splitlines()

    def commented(node: yaml.Node) -> bool:
        line = node.start_mark.line
        return "#" in lines[line] or lines[line - 1].lstrip().startswith("#")

    def bare(block: yaml.MappingNode, explained: bool) -> Iterator[str]:
        for key, value in block.value:
            if isinstance(value, yaml.MappingNode):
                yield from bare(value, "#" in lines[key.start_mark.line])
            elif not (explained or commented(key)):
                yield f"line {key.start_mark.line + 1}: {key.value}"

    root = yaml.compose(CONFIG.read_text())
    root.value = [(key, value) for key, value in root.value if key.value != "scales"]
    assert list(bare(root, explained=False)) == []
