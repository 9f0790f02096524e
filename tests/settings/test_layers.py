"""config.yaml becomes settings, layer by layer."""

import copy
from collections.abc import Mapping
from typing import Any

import yaml

from pinn_phases.settings.config import Settings
from pinn_phases.settings.layers import parse_strings
from pinn_phases.settings.scales import load_paper, load_scales
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import validated_json
from tests.settings.conftest import PROBLEM, changed


def test_the_file_loads_at_every_scale(config):
    scales = load_scales(config)
    trained = {"smoke", "laptop", "paper"}
    assert set(scales) == trained | {f"reached-{scale}" for scale in trained}
    assert trained <= set(config["scales"])
    for scale, loaded in scales.items():
        assert loaded.scale == scale
        for problem in config["problems"]:
            assert loaded.reference(problem).solver
            assert list(loaded.problems[problem].methods) == ["vanilla", "rba"]
            for method in config["compared_methods"]:
                run = loaded.run(problem, method, 0)
                assert run.equation and run.method_constants


def test_values_of_the_file_reach_the_run(config):
    problem = config["problems"]["allen_cahn"]
    run = at_scale(config, {}).run("allen_cahn", "rba", 3)
    assert run.seed == 3
    assert run.equation.model_dump() == problem["equation"]
    assert run.method_constants.model_dump() == config["methods"]["rba"]
    training = run.training.model_dump(mode="json")
    assert training.pop("optimiser") == config["optimisers"]["adam"]
    assert training == config["training"] | problem["training"]


def at_scale(config: Mapping[str, Any], scale: Mapping[str, Any]) -> Settings:
    """Load with this block as the only scale."""
    return load_scales({**config, "scale": "this", "scales": {"this": scale}})["this"]


def test_a_scale_overrides_the_file_key_by_key(config):
    file = at_scale(config, {}).problems["allen_cahn"].training
    scale = {"training": {"iterations": 700, "network": {"width": 3}}, "seeds": [5]}
    loaded = at_scale(config, scale)
    expected = file.model_dump()
    expected["iterations"] = 700
    expected["network"]["width"] = 3
    assert loaded.problems["allen_cahn"].training.model_dump() == expected
    assert loaded.seeds == (5,)


def test_compared_methods_are_kept_in_their_order(config):
    config["compared_methods"] = ["sa", "rba"]
    for problem, block in at_scale(config, {}).problems.items():
        assert list(block.methods) == ["sa", "rba"]
        constants = {**config["methods"]["sa"]}
        if problem == "helmholtz":
            constants["rate"] = config["problems"][problem]["methods"]["sa"]["rate"]
        assert block.methods["sa"].model_dump() == constants
    assert list(load_paper(config).problems["burgers"].methods) == ["vanilla", "rba", "sa"]


def test_a_problem_overrides_general_blocks_key_by_key(config):
    file = at_scale(config, {}).problems["allen_cahn"]
    config = changed(config, f"{PROBLEM}.training.record.every", 3)
    config = changed(config, f"{PROBLEM}.execution.threads", 2)
    config = changed(config, f"{PROBLEM}.methods.rba.rate", 0.5)
    expected = file.model_dump()
    expected["training"]["record"]["every"] = 3
    expected["execution"]["threads"] = 2
    expected["methods"]["rba"]["rate"] = 0.5
    assert at_scale(config, {}).problems["allen_cahn"].model_dump() == expected


def test_a_problem_s_block_in_a_scale_overrides_all_others(config):
    places = ["training", "problems.allen_cahn.training"]
    keys = [f"{place}.iterations" for place in places]
    values = []
    scale: dict[str, Any] = {}
    for number, key in enumerate(keys, start=101):  # lowest first
        config = changed(config, key, number)
        values.append(at_scale(config, {}).problems["allen_cahn"].training.iterations)
    scale = changed(scale, keys[0], 103)
    # A scale's general block is still general: the problem's own block overrides it.
    values.append(at_scale(config, scale).problems["allen_cahn"].training.iterations)
    scale = changed(scale, keys[1], 104)
    values.append(at_scale(config, scale).problems["allen_cahn"].training.iterations)
    assert values == [101, 102, 102, 104]


def test_a_scale_changes_no_other_scale(config):
    before = load_scales(config)
    config["scales"]["laptop"] = {"training": {"iterations": 12345}}
    after = load_scales(config)
    changed_alone = ("laptop", "reached-laptop")
    assert all(after[scale] != before[scale] for scale in changed_alone)
    others = dict.fromkeys(changed_alone)
    assert after | others == before | others


def test_loading_does_not_change_the_file_s_tree(config):
    before = copy.deepcopy(config)
    load_scales(config)
    assert config == before


def test_stored_settings_give_the_same_run(config):
    run = load_scales(config)["smoke"].run("allen_cahn", "vanilla", 1)
    assert validated_json(RunSettings, run.model_dump_json()) == run


def test_words_that_yaml_would_read_as_values_become_values():
    words = {"seeds": ["0", "-1"], "a": {"b": "0.5", "c": "1.0e-4"}, "d": 2}
    assert parse_strings(words) == {"seeds": [0, -1], "a": {"b": 0.5, "c": 1e-4}, "d": 2}
    assert isinstance(parse_strings("1"), int) and isinstance(parse_strings("1."), float)
    assert [parse_strings(word) for word in ("true", "false", "null")] == [True, False, None]
    for word in ("1e-4", "laptop", "", "1 2", "nan", ".", "0x1", "1_0"):
        assert parse_strings(word) == word == yaml.safe_load(f"'{word}'")
