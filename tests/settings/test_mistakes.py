"""Every mistake in config.yaml gives a one-line message: key, value and what was expected."""

import datetime
import json
import math

import pytest

from pinn_phases.plugins import PROBLEMS, names
from pinn_phases.settings.analysis import PhaseSettings
from pinn_phases.settings.layers import parse_strings
from pinn_phases.settings.scales import load_scales
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import SettingsError, validated_json
from tests.settings.conftest import ABSENT, CONDITIONS, PROBLEM, changed, refusal

# Key, value, part of the message
MISTAKES = [
    ("training.points", -5, "at least 1"),
    ("training.points", 0, "at least 1"),
    ("training.points", "many", "whole number"),
    ("training.points", 100.5, "whole number"),
    ("training.points", True, "whole number"),
    ("training.points", [100], "whole number"),
    ("training.points", {"all": 100}, "whole number"),
    ("training.points", None, "whole number"),
    ("training.points", datetime.date(2025, 1, 1), "a number, a string, a list or a block"),
    ("training.points", "\udcff", "expected valid Unicode"),
    ("training.batches", 1, "at least 2"),
    ("training.iterations", 3.0e5, "whole number"),
    ("training.compiled", "yes", "true or false"),
    ("training.compiled", 1, "true or false"),
    ("training.network.width", 0, "at least 1"),
    ("optimisers.adam.learning_rate", "1e-4", "a number (YAML reads 1e-4 as text"),
    ("optimisers.adam.learning_rate", 0, "greater than 0"),
    ("optimisers.adam.learning_rate", math.nan, "finite number"),
    ("optimisers.adam.learning_rate", math.inf, "finite number"),
    ("optimisers.adam.learning_rate", -math.inf, "finite number"),
    ("optimisers.adam.beta1", 1.0, "less than 1"),
    ("training.record.snapshots_per_decade", 201, "at most 200"),
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
    (f"{PROBLEM}.reference.grid.x", 6, "at least 7, so that 5 are between the ends"),
    (f"{PROBLEM}.reference.largest_error", 0, "greater than 0"),
    ("training.record.error_stride", 1000, "at most 39, which leaves 5 points between the ends of"),
    (f"{CONDITIONS}.initial.weight", -1.0, "at least 0"),
    (f"{CONDITIONS}.initial.points", 1, "at least 2"),
    ("phases.min_confidence", 1.5, "at most 1"),
    ("phases.bins_per_decade", 51, "at most 50"),
    ("phases.window", 9.5, "at most 9"),
    ("phases.window", 0.1, "at least 3 bins, 0.15 decades with bins_per_decade = 20"),
    ("phases.min_duration", 0.1, "at least 3 bins, 0.15 decades with bins_per_decade = 20"),
    ("phases.min_duration", 1e300, "at most 9"),
    ("phases.bins_per_decade", 10**9, "at most 50"),
    ("homogeneity.points_per_box", 17, "at most 256 points in boxes = 16 boxes"),
    ("figures.smoothing", 0, "at least 1"),
    ("figures.phases_of", "sgd", "one of "),
    ("scale", "desktop", "one of smoke, laptop, paper"),
    ("scale", 3, "one of smoke, laptop, paper"),
    ("scale", ["laptop"], "one of smoke, laptop, paper"),
    ("training.iterations", 10**9 + 1, "at most 1000000000"),
    ("training.points", 10**30, "at most 1000000000"),
    (f"{PROBLEM}.reference.grid.x", 10**19, "at most 1000000000"),
    ("phases.seed", 2**63, "less than 2^63"),
    ("seeds", [], "at least one"),
    ("seeds", 3, "a list"),
    ("seeds", None, "a list"),
    ("seeds", "0, 1", "a list"),
    ("seeds", [0, 1, 0], "different integers"),
    ("compared_methods", [], "at least one"),
    ("compared_methods", "rba", "a list"),
    ("compared_methods", ["rba", "rba"], "different methods"),
    ("methods.sa.rate", 0, "greater than 0"),  # also of a method that is not compared
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
def test_a_value_in_place_of_a_block_is_refused(bare, block, value, where):
    message = str(refusal(changed(bare, where + block, value)))
    assert message.startswith(f"setting {where}{block} = {value!r}: expected a block")


@pytest.mark.parametrize("value", [5, None, [1]])
def test_a_scale_must_be_a_block(bare, value):
    assert refusal(changed(bare, "scales.laptop", value)).path == ("scales", "laptop")
    assert refusal(changed(bare, "scales", value)).path == ("scales",)


@pytest.mark.parametrize("block", ["", *(f"{block}." for block in BLOCKS if block not in NAMED)])
@pytest.mark.parametrize("where", ["", "scales.laptop."])
def test_an_unknown_key_is_named(bare, block, where):
    message = str(refusal(changed(bare, f"{where}{block}surprise", {})))
    assert message.startswith(f"setting {where}{block}surprise = {{...}}: unknown key")


def test_windows_of_too_few_bins_are_refused(bare):
    """The search for phases would find nothing in them."""
    assert str(refusal(changed(bare, "phases.bins_per_decade", 8))) == (
        "setting phases.window = 0.3: expected at least 3 bins, 0.375 decades with "
        "bins_per_decade = 8"
    )


def test_compared_methods_must_exist_and_have_constants(bare):
    message = str(refusal(changed(bare, "compared_methods.1", "sgd")))
    assert message == (
        "setting compared_methods.1 = 'sgd': expected one of rba, sa, vanilla; received 'sgd'"
    )
    without = changed(changed(bare, "methods.sa", ABSENT), "problems.helmholtz.methods", ABSENT)
    message = str(refusal(changed(without, "compared_methods", ["rba", "sa"])))
    assert message == "setting compared_methods.1 = 'sa': expected one of vanilla, rba"


def test_the_method_that_marks_phases_must_be_compared(bare):
    message = str(refusal(changed(bare, "compared_methods", ["vanilla", "sa"])))
    assert message == "setting figures.phases_of = 'rba': expected one of vanilla, sa"


def test_the_error_of_an_unknown_key_lists_the_known_ones(bare):
    bare = changed(bare, "training.pointz", bare["training"].pop("points"))
    message = str(refusal(bare))  # not that `points` is missing
    assert message.startswith("setting training.pointz = ")
    assert "unknown key" in message
    assert "points" in message and "iterations" in message


@pytest.mark.parametrize(
    ("key", "allowed"), [("problems.navier_stokes", "allen_cahn"), ("methods.sgd", "rba, sa")]
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
def test_at_least_one_problem_and_method_are_required(bare, key):
    assert "at least one" in str(refusal(changed(bare, key, {})))


@pytest.mark.parametrize("where", ["", "scales.laptop."])
def test_points_must_be_a_multiple_of_batches(bare, where):
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


def test_every_condition_of_the_problem_must_be_set(bare):
    message = str(refusal(changed(bare, f"{CONDITIONS}.boundary", ABSENT)))
    assert message == f"setting {CONDITIONS} = 'initial': expected initial, boundary"


def test_an_unknown_condition_is_refused(bare):
    bare = changed(bare, f"{CONDITIONS}.final", {"points": 2, "weight": 1.0})
    assert refusal(bare).path == tuple(CONDITIONS.split("."))


@pytest.mark.parametrize("grid", [{"t": 201}, {"t": 201, "y": 512}])
def test_the_grid_must_have_the_coordinates_of_the_problem(bare, grid):
    message = str(refusal(changed(bare, f"{PROBLEM}.reference.grid", grid)))
    assert f"{PROBLEM}.reference.grid" in message and "expected t, x" in message


@pytest.mark.parametrize("problem", names(PROBLEMS))
def test_the_error_stride_leaves_points_between_the_ends_of_every_axis(bare, problem):
    """Try the largest stride that the shortest axis allows, and one more."""
    points = min(bare["problems"][problem]["reference"]["grid"].values())
    block = f"problems.{problem}.training.record"
    largest = (points - 2) // 5
    load_scales(changed(bare, block, {"error_stride": largest}))
    message = str(refusal(changed(bare, block, {"error_stride": largest + 1})))
    assert message.startswith(f"setting {block}.error_stride = {largest + 1}: expected at most")
    assert f"problems.{problem}.reference.grid." in message


@pytest.mark.parametrize("problem", names(PROBLEMS))
def test_a_grid_with_only_end_points_is_refused(bare, problem):
    key = f"problems.{problem}.reference.grid"
    ends = dict.fromkeys(bare["problems"][problem]["reference"]["grid"], 2)
    found = refusal(changed(bare, key, ends))
    assert ".".join(found.path).startswith(key) and "expected at least 7" in str(found)


def test_a_mistake_in_the_file_is_not_blamed_on_a_scale(bare):
    bare["scales"] = {"laptop": {"training": {"network": {"width": 3}}}}
    error = refusal(changed(bare, "training.network.depth", 3))
    assert error.path == ("training", "network", "depth")


def test_keys_must_be_words(bare):
    bare["training"][5] = 1
    assert str(refusal(bare)) == "setting training.5: expected a string as the key"


def test_a_key_with_a_line_break_gives_one_line(bare):
    assert "unknown key" in str(refusal(changed(bare, "training.a\nb", 1)))


@pytest.mark.parametrize("name", ["a b", "../up", "a;touch x", "$(id)", "a(b", "{seed}", "", "-n"])
def test_the_name_of_a_scale_must_be_a_plain_word(bare, name):
    bare["scales"][name] = {}
    error = refusal(bare | {"scale": name})
    assert error.path == ("scales", name) and "expected a name" in str(error)


@pytest.mark.parametrize("key", ["x" * 10_000, "\x1b[2J", "\x07", "\udcff"])
def test_long_keys_and_control_characters_are_not_printed(bare, key):
    message = str(refusal(changed(bare, f"training.{key}", 1)))
    assert "key" in message and message.isprintable() and len(message) < 500


def test_a_number_too_long_for_python_to_print_is_refused(bare):
    assert "bits" in str(refusal(changed(bare, "training.points", 10**5000)))
    words = parse_strings(changed(bare, "seeds", ["9" * 5000]))
    assert refusal(words).path == ("seeds", "0")


def test_a_block_that_contains_itself_is_refused(bare):
    bare["training"]["network"] = bare["training"]
    assert "levels" in str(refusal(bare))


@pytest.mark.parametrize(
    "text", ["", "{", "5", "[]", '{"window": NaN}', '{"window": "1e-4"}', '{"wide": 1}', "1" * 5000]
)
def test_bad_json_from_the_command_line_gives_one_line(text):
    with pytest.raises(SettingsError) as caught:
        validated_json(PhaseSettings, text)
    assert str(caught.value).startswith("setting --settings")
    assert len(str(caught.value).splitlines()) == 1


def test_names_from_the_command_line_are_checked(bare):
    run = json.loads(load_scales(bare)["smoke"].run("allen_cahn", "rba", 0).model_dump_json())
    for key in ("problem", "method"):
        with pytest.raises(SettingsError, match=f"--settings.{key} = 'none': expected one of"):
            validated_json(RunSettings, json.dumps(run | {key: "none"}))
