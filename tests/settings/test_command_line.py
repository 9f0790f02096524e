"""The command line overrides every block of the file; overrides without effect are rejected."""

import copy
from types import MappingProxyType

import pytest

from pinn_phases.settings.layers import CommandLineError
from pinn_phases.settings.scales import load_paper, load_scales
from pinn_phases.strict_model import SettingsError

ARCHIVED = "archive-laptop"


def refused(config, command_line, archives=MappingProxyType({})):
    """Return the message of an error attributed to the command line."""
    with pytest.raises(CommandLineError) as caught:
        load_scales(config, archives, command_line)
    return str(caught.value)


@pytest.fixture
def archives(config):
    """One archive, of the laptop scale with two seeds."""
    laptop = load_scales(config | {"seeds": [0, 2]})["laptop"]
    return {ARCHIVED: laptop.model_copy(update={"scale": ARCHIVED})}


@pytest.mark.parametrize(
    "given",
    [
        {"training": {"iterations": 500}},
        {"scales": {"laptop": {"training": {"iterations": 500}}}},
    ],
)
def test_a_general_block_reaches_every_problem(config, given):
    file = load_scales(config)["laptop"]
    loaded = load_scales(config, {}, given)["laptop"]
    for name, block in loaded.problems.items():
        expected = file.problems[name].training.model_copy(update={"iterations": 500})
        assert block.training == expected


def test_it_applies_at_every_scale(config):
    for loaded in load_scales(config, {}, {"training": {"iterations": 500}}).values():
        assert {block.training.iterations for block in loaded.problems.values()} == {500}


def test_a_problem_s_block_reaches_only_that_problem(config):
    file = load_scales(config)["laptop"].problems
    given = {"problems": {"cavity": {"equation": {"reynolds": 400.0}}}}
    loaded = load_scales(config, {}, given)["laptop"].problems
    assert file["cavity"].equation.reynolds == 100.0
    changed = file["cavity"].equation.model_copy(update={"reynolds": 400.0})
    assert loaded["cavity"].equation == changed
    assert {**loaded, "cavity": None} == {**file, "cavity": None}


def test_its_blocks_have_the_same_precedence_as_in_the_file(config):
    problem = {"problems": {"burgers": {"training": {"iterations": 600}}}}
    given = {"training": {"iterations": 500}, **problem}
    loaded = load_scales(config, {}, given)["laptop"].problems
    assert loaded["burgers"].training.iterations == 600
    assert loaded["cavity"].training.iterations == 500
    given["scales"] = {"laptop": {"training": {"iterations": 700}}}
    loaded = load_scales(config, {}, given)
    assert loaded["laptop"].problems["cavity"].training.iterations == 700
    assert loaded["paper"].problems["cavity"].training.iterations == 500


def test_it_overrides_a_scale_s_seeds_and_methods(config):
    config["scales"]["laptop"] |= {"seeds": [1], "compared_methods": ["rba"]}
    given = {"seeds": [5], "compared_methods": ["rba", "sa"]}
    loaded = load_scales(config, {}, given)["laptop"]
    assert loaded.seeds == (5,)
    assert list(loaded.problems["cavity"].methods) == ["rba", "sa"]


def test_it_may_add_a_scale_and_choose_it(config):
    given = {"scale": "mine", "scales": {"mine": {"training": {"iterations": 50}}}}
    mine = load_scales(config, {}, given)["mine"]
    assert mine.problems["helmholtz"].training.iterations == 50
    assert mine.problems["helmholtz"].training.points == config["training"]["points"]


def test_the_paper_s_values_still_come_from_the_file(config):
    before = copy.deepcopy(config)
    load_scales(config, {}, {"training": {"iterations": 500}})
    assert config == before
    assert load_paper(config).problems["cavity"].training.iterations == 300000


def test_a_scale_that_it_makes_invalid_is_left_out_unless_chosen(config):
    given = {"training": {"points": 300}}  # not a multiple of the 16 batches at laptop scale
    loaded = load_scales(config, {}, {**given, "scale": "smoke"})
    assert loaded["smoke"].problems["cavity"].training.points == 300
    assert "laptop" not in loaded
    with pytest.raises(SettingsError, match="multiple of batches = 16"):
        load_scales(config, {}, given)


def test_it_does_not_hide_a_mistake_in_the_file(config):
    config["scales"]["paper"] = {"training": {"points": 0}}
    with pytest.raises(SettingsError, match=r"scales\.paper\.training\.points = 0"):
        load_scales(config, {}, {"training": {"points": 100}, "scale": "smoke"})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scale": "huge"}, "scale = 'huge': expected one of smoke, laptop, paper"),
        ({"iterations": 5}, "iterations = 5: unknown key; expected one of "),
        ({"training": 5}, "training = 5: expected a block"),
        ({"training": {"points": -32}}, "training.points = -32: expected at least 1"),
        ({"training": {"pointz": 32}}, "training.pointz = 32: unknown key; expected one of "),
        ({"problems": {"cavity": 5}}, "problems.cavity = 5: expected a block"),
        ({"problems": {"kdv": {}}}, "problems.kdv: expected one of allen_cahn"),
        ({"seeds": [0, 0]}, "seeds = [0, 0]: expected different integers"),
        ({"scales": {}}, "scales = {...}: expected a block for each scale"),
        ({"scales": {"laptop": 5}}, "scales.laptop = 5: expected a block"),
        (
            {"scales": {"laptop": {"training": {"points": 0}}}},
            "scales.laptop.training.points = 0: expected at least 1",
        ),
        ({"training": {5: 1}}, "training.5: expected a string as the key"),
    ],
)
def test_its_values_are_checked_and_errors_attributed_to_it(config, given, message):
    assert refused(config, given).startswith(f"setting {message}")


def test_a_file_value_that_it_makes_invalid_is_named_by_its_place_in_the_file(config):
    with pytest.raises(SettingsError) as caught:
        load_scales(config, {}, {"training": {"batches": 7}})
    assert not isinstance(caught.value, CommandLineError)
    place = "scales.laptop.training.points"
    assert str(caught.value) == f"setting {place} = 4000: expected a multiple of batches = 7"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"methods": {"sa": {"rate": 0.1}}},
            "methods.sa = {...}: expected one of compared_methods",
        ),
        (
            {"problems": {"burgers": {"methods": {"sa": {"rate": 0.1}}}}},
            "problems.burgers.methods.sa = {...}: expected one of compared_methods",
        ),
        (
            {"problems": {"allen_cahn": {"training": {"conditions": {"initial": {"points": 9}}}}}},
            "problems.allen_cahn.training.conditions.initial.points = 9: expected a weight above 0",
        ),
        (
            {"optimisers": {"adam": {"decay": 1, "decay_every": 9}}},
            "optimisers.adam.decay_every = 9: expected a decay below 1",
        ),
        (
            {"training": {"engine": "plain", "compiled": True}},
            "training.compiled = True: expected false, since the plain engine is not compiled",
        ),
        (
            {"optimiser": "lbfgs", "training": {"iterations": 3000}},
            "training.iterations = 3000: expected optimisers.lbfgs.iterations, which overrides it",
        ),
        (
            {"optimiser": "soap", "compared_methods": ["vanilla-adam", "rba-adam"]},
            "optimiser = 'soap': expected a method without its own optimiser in compared_methods",
        ),
    ],
)
def test_a_value_that_other_settings_disable_is_refused(config, given, message):
    assert refused(config, given).startswith(f"setting {message}")


def test_the_plain_engine_is_accepted_where_the_file_says_compiled(config):
    chosen = load_scales(config, {}, {"training": {"engine": "plain"}})["laptop"]
    assert {block.training.engine for block in chosen.problems.values()} == {"plain"}


def test_a_value_that_other_settings_enable_is_accepted(config):
    given = {"methods": {"sa": {"rate": 0.1}}, "compared_methods": ["rba", "sa"]}
    block = load_scales(config, {}, given)["laptop"].problems["helmholtz"]
    assert block.methods["sa"].rate == 0.1  # also overrides the problem's own block


def test_iterations_of_some_of_the_methods_are_accepted(config):
    given = {"compared_methods": ["rba", "rba-lbfgs"], "training": {"iterations": 3000}}
    settings = load_scales(config, {}, given)["laptop"]
    runs = [settings.run("burgers", name, 0) for name in given["compared_methods"]]
    assert [run.training.iterations for run in runs] == [3000, 6000]


def test_the_optimiser_of_the_method_that_marks_phases_is_accepted(config):
    given = {"optimiser": "soap", "compared_methods": ["vanilla-soap", "rba-soap"]}
    assert load_scales(config, {}, given)["laptop"].figures.phases_of == "rba-soap"


def test_seeds_methods_phases_and_figures_of_an_archive_can_be_overridden(config, archives):
    given = {
        "scale": ARCHIVED,
        "seeds": [2],
        "compared_methods": ["rba"],
        "phases": {"window": 0.5},
        "figures": {"smoothing": 3},
    }
    before, after = archives[ARCHIVED], load_scales(config, archives, given)[ARCHIVED]
    assert after.seeds == (2,) and after.phases.window == 0.5 and after.figures.smoothing == 3
    for name, block in after.problems.items():
        assert list(block.methods) == ["rba"]
        assert block.training == before.problems[name].training
    assert load_scales(config, archives, {"scale": ARCHIVED})[ARCHIVED] == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"training": {"iterations": 500}}, "training = {...}: archived runs cannot be changed"),
        ({"execution": {"threads": 2}}, "execution = {...}: archived runs cannot be changed"),
        ({"information": {"bins": 5}}, "information = {...}: archived runs cannot be changed"),
        ({"seeds": [0, 1]}, "seeds.1 = 1: expected one of the archived 0, 2"),
        ({"compared_methods": ["sa"]}, "compared_methods.0 = 'sa': expected one of vanilla, rba"),
        ({"compared_methods": ["vanilla"]}, "figures.phases_of = 'rba': expected one of vanilla"),
        ({"phases": {"window": 0}}, "phases.window = 0: expected greater than 0"),
        ({"scales": {ARCHIVED: {}}}, f"scales.{ARCHIVED}: expected a name that no archive uses"),
    ],
)
def test_other_overrides_of_an_archive_are_refused(config, archives, given, message):
    given = {**given, "scale": ARCHIVED}
    assert refused(config, given, archives).startswith(f"setting {message}")


def test_each_training_scale_has_a_reached_scale(config, archives):
    given = {"scale": "reached-laptop", "training": {"iterations": 9000}}
    loaded = load_scales(config, archives, given)
    expected = loaded["laptop"].model_copy(update={"scale": "reached-laptop"})
    assert loaded["reached-laptop"] == expected
    assert expected.problems["burgers"].training.iterations == 9000
    assert f"reached-{ARCHIVED}" not in loaded


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scale": f"reached-{ARCHIVED}"}, "scale = 'reached-archive-laptop': expected one of"),
        ({"scale": "reached-lab"}, "scale = 'reached-lab': expected one of smoke, laptop, paper"),
        (
            {"scales": {"reached-lab": {}}},
            "scales.reached-lab: expected a name that does not start with reached-",
        ),
    ],
)
def test_other_reached_scales_are_refused(config, archives, given, message):
    assert refused(config, given, archives).startswith(f"setting {message}")
