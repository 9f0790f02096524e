"""Lookup of plugins (problems, methods, optimisers, figures, ...) by the name of their file.

Lookups are cached, because a Snakemake workflow can use two checkouts as modules. Both libraries
are then imported under the same name, one after the other, and each must keep its own files.
"""

import pkgutil
from functools import cache, partial
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, ValidationInfo, field_validator

from pinn_phases.strict_model import Model, SettingsError, validated_block

PROBLEMS = "pinn_phases.problems"
METHODS = "pinn_phases.methods"
OPTIMISERS = "pinn_phases.optimisers"
REFERENCES = "pinn_phases.reference"
FIGURES = "pinn_phases.figures"
COMMANDS = "pinn_phases.commands"

T = TypeVar("T")


@cache
def names(package: str) -> tuple[str, ...]:
    """Return the sorted names of the plugins of `package`: files other than `base.py`."""
    found = pkgutil.iter_modules(import_module(package).__path__)
    return tuple(
        sorted(module.name for module in found if not module.ispkg and module.name != "base")
    )


def modules(*packages: str) -> tuple[str, ...]:
    """Return the module names of all plugins of these packages, relative to `pinn_phases`."""
    folders = ((package.partition(".")[2], package) for package in packages)
    return tuple(f"{folder}.{name}" for folder, package in folders for name in names(package))


def checked_name(package: str, name: str) -> str:
    """Return `name` if `package` has a plugin of that name.

    Raises
    ------
    ValueError
        If it has none; the message lists the existing plugins.
    """
    if name not in names(package):
        raise ValueError(f"expected one of {', '.join(names(package))}; received {name!r}")
    return name


ProblemName = Annotated[str, AfterValidator(partial(checked_name, PROBLEMS))]
OptimiserName = Annotated[str, AfterValidator(partial(checked_name, OPTIMISERS))]


def build_plugin(
    package: str, name: object, base: type[Model], block: object
) -> Model | SettingsError:
    """Create the plugin `name` of `package` from its settings; return an existing plugin unchanged.

    For pydantic's "before" validators. An error is returned, not raised: pydantic then rejects it
    as a value of the wrong type, and errors are reported in the order of the fields.
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
    """Return a validator that creates the plugin of a field from its settings.

    Parameters
    ----------
    named_by
        Field with the name of the plugin; it must precede `field`.
    """

    def build(block: object, info: ValidationInfo) -> object:
        return build_plugin(package, info.data.get(named_by), base, block)

    return field_validator(field, mode="before")(build)


def plugin_class(package: str, name: str, base: type[T]) -> type[T]:
    """Return the subclass of `base` that the file `name` of `package` defines.

    Raises
    ------
    ValueError
        If there is no such file; the message lists the existing plugins.
    TypeError
        If the file does not define exactly one such class.
    """
    module = _module(package, checked_name(package, name))
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, base)
        and value.__module__ == module.__name__
    ]
    if len(classes) != 1:
        found = ", ".join(one.__name__ for one in classes) or "none"
        raise TypeError(f"{module.__name__}: expected one {base.__name__}, found {found}")
    return classes[0]


@cache
def _module(package: str, name: str) -> ModuleType:
    return import_module(f"{package}.{name}")
