"""The optimiser of each method, and its constants."""

import pytest

from pinn_phases.plugins import OPTIMISERS, names
from pinn_phases.settings.scales import load_scales
from pinn_phases.strict_model import SettingsError

OPTIMISER_NAMES = ", ".join(names(OPTIMISERS))
SIX = [
    f"{method}{optimiser}" for optimiser in ("", "-soap", "-lbfgs") for method in ("vanilla", "rba")
]


def laptop(config, **given):
    """Settings of the laptop scale with these overrides."""
    return load_scales(config, {}, given)["laptop"]


def test_adam_is_the_default_and_not_part_of_the_name(config):
    settings = laptop(config)
    assert list(settings.problems["burgers"].methods) == ["vanilla", "rba"]
    assert settings.run("burgers", "rba", 0).training.optimiser.title == "Adam"


def test_one_setting_chooses_the_optimiser_of_all_methods(config):
    settings = laptop(config, optimiser="soap")
    assert list(settings.problems["burgers"].methods) == ["vanilla-soap", "rba-soap"]
    assert settings.figures.phases_of == "rba-soap"
    run = settings.run("burgers", "rba-soap", 0)
    assert run.method == "rba-soap" and run.training.optimiser.title == "SOAP"
    assert run.method_constants == laptop(config).run("burgers", "rba", 0).method_constants


def test_a_method_may_name_its_own_optimiser(config):
    settings = laptop(config, compared_methods=SIX)
    assert list(settings.problems["burgers"].methods) == SIX
    assert [settings.run("burgers", name, 0).training.optimiser.title for name in SIX] == [
        *("Adam", "Adam", "SOAP", "SOAP", "L-BFGS", "L-BFGS")
    ]


def test_adam_can_be_named_where_it_is_not_the_default(config):
    settings = laptop(config, optimiser="soap", compared_methods=["rba", "rba-adam"])
    assert list(settings.problems["burgers"].methods) == ["rba-soap", "rba"]


def test_an_optimiser_may_have_its_own_number_of_iterations(config):
    given = {"compared_methods": ["rba", "rba-lbfgs"], "optimisers": {"lbfgs": {"iterations": 700}}}
    settings = laptop(config, **given)
    runs = [settings.run("burgers", name, 0) for name in ("rba", "rba-lbfgs")]
    assert [run.training.iterations for run in runs] == [12000, 700]
    assert "iterations" not in runs[1].model_dump(mode="json")["training"]["optimiser"]


def test_the_run_is_the_same_after_json(config):
    for name in SIX:
        run = laptop(config, compared_methods=SIX).run("cavity", name, 2)
        assert type(run).model_validate_json(run.model_dump_json()) == run


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"optimiser": "sgd"},
            f"optimiser = 'sgd': expected one of {OPTIMISER_NAMES}; received 'sgd'",
        ),
        (
            {"compared_methods": ["rba-sgd"]},
            f"compared_methods.0 = 'rba-sgd': expected one of {OPTIMISER_NAMES}; received 'sgd'",
        ),
        (
            {"compared_methods": ["rba", "rba-adam"]},
            "compared_methods = ['rba', 'rba-adam']: expected different methods",
        ),
        (
            {"optimisers": {"soap": {"beta1": 0.5}}},
            "optimisers.soap = {...}: expected one of compared_methods = vanilla, rba",
        ),
        (
            {"optimiser": "soap", "optimisers": {"soap": {"beta1": 1.0}}},
            "optimisers.soap.beta1 = 1.0: expected less than 1",
        ),
        (
            {"optimiser": "lbfgs", "optimisers": {"lbfgs": {"learning_rate": 0.1}}},
            "optimisers.lbfgs.learning_rate = 0.1: unknown key; expected one of"
            " iterations, history, evaluations",
        ),
        (
            {"optimiser": "lbfgs", "optimisers": {"lbfgs": {"iterations": 3}}},
            "optimisers.lbfgs.iterations = 3: expected at least 20",
        ),
        (
            {"methods": {"rba-soap": {"decay": 0.9, "rate": 0.1}}},
            "methods.rba-soap: unknown key; expected one of",
        ),
    ],
)
def test_mistakes_are_named(config, given, message):
    with pytest.raises(SettingsError) as refused:
        laptop(config, **given)
    assert message in str(refused.value)
