"""Plugins (problems, methods, optimisers, figures) are found by the name of their file.

Lookups are cached. A workflow with two checkouts as modules imports both libraries, one after the
other, under the same name, and each has to keep using its own files.
"""

import pkgutil
from functools import cache, partial
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, ValidationInfo, field_validator

from pinn_phases.model import Model, SettingsError, validated_block

PROBLEMS = "pinn_phases.problems"
METHODS = "pinn_phases.methods"
OPTIMISERS = "pinn_phases.optimisers"
REFERENCES = "pinn_phases.reference"
FIGURES = "pinn_phases.figures"
COMMANDS = "pinn_phases.commands"

T = TypeVar("T")


@cache
def names(package: str) -> tuple[str, ...]:
    """Stems of the plugin files of `package`, sorted; folders in it hold what plugins share."""
    found = pkgutil.iter_modules(import_module(package).__path__)
    return tuple(
        sorted(module.name for module in found if not module.ispkg and module.name != "base")
    )


def modules(*packages: str) -> tuple[str, ...]:
    """Return the modules of all plugins of these packages, below `pinn_phases`."""
    folders = ((package.partition(".")[2], package) for package in packages)
    return tuple(f"{folder}.{name}" for folder, package in folders for name in names(package))


def known(package: str, name: str) -> str:
    """Return `name`, if `package` has a plugin of that name.

    Raises
    ------
    ValueError
        If not; the message names those that exist.
    """
    if name not in names(package):
        raise ValueError(f"expected one of {', '.join(names(package))}; received {name!r}")
    return name


ProblemName = Annotated[str, AfterValidator(partial(known, PROBLEMS))]
OptimiserName = Annotated[str, AfterValidator(partial(known, OPTIMISERS))]


def made(package: str, name: object, base: type[Model], block: object) -> Model | SettingsError:
    """Make the plugin `name` of `package` from its settings; a plugin stays as it is.

    For validators that run before pydantic's own. A mistake is returned in place of the plugin, so
    that pydantic refuses it in the order of the fields.
    """
    if isinstance(block, base):
        return block
    try:
        return validated_block(plugin_class(package, str(name), base), block)
    except SettingsError as error:
        return error
    except ValueError as error:  # no such plugin
        return SettingsError((), ..., str(error))


def plugin_field(field: str, package: str, base: type[Model], *, named_by: str) -> Any:
    """Return a validator that makes the plugin of a field from its settings.

    Parameters
    ----------
    named_by
        Field, before this one, with the name of the plugin.
    """

    def make(block: object, info: ValidationInfo) -> object:
        return made(package, info.data.get(named_by), base, block)

    return field_validator(field, mode="before")(make)


def plugin_class(package: str, name: str, base: type[T]) -> type[T]:
    """Return the subclass of `base` that the file `name` of `package` defines.

    Raises
    ------
    ValueError
        If there is no such file; the message names those that exist.
    """
    module = _module(package, known(package, name))
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, base)
        and value.__module__ == module.__name__
    ]
    assert len(classes) == 1, f"{module.__name__} must define one {base.__name__}, has {classes}"
    return classes[0]


@cache
def _module(package: str, name: str) -> ModuleType:
    return import_module(f"{package}.{name}")
