"""Names of training configurations: a method, plus the optimiser unless it is Adam.

`rba` is RBA with Adam, `rba-soap` is RBA with SOAP. The name is the folder of the runs, the
wildcard `method` of the rules, and `method` in stored settings.
"""

from typing import Annotated

from pydantic import AfterValidator

from pinn_phases.methods.base import Method
from pinn_phases.optimisers.base import Optimiser
from pinn_phases.plugins import METHODS, OPTIMISERS, checked_name, plugin_class

ADAM = "adam"  # the paper's optimiser, which is left out of names
DASH = "-"


def split_name(name: str) -> tuple[str, str]:
    """Split a name into method and optimiser."""
    method, _, optimiser = name.partition(DASH)
    return method, optimiser or ADAM


def joined(method: str, optimiser: str) -> str:
    """Join a method and an optimiser to one name."""
    return method if optimiser == ADAM else f"{method}{DASH}{optimiser}"


def with_optimiser(name: str, optimiser: str) -> str:
    """Add a default optimiser to a name without one; `rba-adam` becomes `rba`."""
    return joined(*split_name(name)) if DASH in name else joined(name, optimiser)


def modules(name: str) -> tuple[str, str]:
    """Return the modules of the method and the optimiser, relative to the package."""
    method, optimiser = split_name(name)
    return f"methods.{method}", f"optimisers.{optimiser}"


def method_class(name: str) -> type[Method]:
    """Return the class of the method in a name."""
    return plugin_class(METHODS, split_name(name)[0], Method)


def method_title(name: str) -> str:
    """Return the name as figures and tables show it, such as "RBA with SOAP"."""
    _, optimiser = split_name(name)
    title = method_class(name).title
    if optimiser == ADAM:
        return title
    return f"{title} with {plugin_class(OPTIMISERS, optimiser, Optimiser).title}"


def _checked(name: str) -> str:
    method, optimiser = split_name(name)
    checked_name(METHODS, method)
    checked_name(OPTIMISERS, optimiser)
    return name


MethodName = Annotated[str, AfterValidator(_checked)]
