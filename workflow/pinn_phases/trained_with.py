"""What a network is trained with, in one name: a method, and an optimiser unless that is Adam.

`rba` is RBA with Adam, `rba-soap` is RBA with SOAP. It is the name of the runs' folder, the
wildcard `method` of the rules, and the `method` of stored settings.
"""

from typing import Annotated

from pydantic import AfterValidator

from pinn_phases.methods.base import Method
from pinn_phases.optimisers.base import Optimiser
from pinn_phases.plugins import METHODS, OPTIMISERS, known, plugin_class

ADAM = "adam"  # the paper's optimiser, which names do not mention
DASH = "-"


def parts(name: str) -> tuple[str, str]:
    """Return the names of the method and of the optimiser."""
    method, _, optimiser = name.partition(DASH)
    return method, optimiser or ADAM


def joined(method: str, optimiser: str) -> str:
    """Return the name of a method with an optimiser."""
    return method if optimiser == ADAM else f"{method}{DASH}{optimiser}"


def with_optimiser(name: str, optimiser: str) -> str:
    """Return a name with this optimiser, unless it says its own."""
    return joined(*parts(name)) if DASH in name else joined(name, optimiser)


def modules(name: str) -> tuple[str, str]:
    """Return the modules of the method and of the optimiser, below the package."""
    method, optimiser = parts(name)
    return f"methods.{method}", f"optimisers.{optimiser}"


def method_class(name: str) -> type[Method]:
    """Return the class of the method."""
    return plugin_class(METHODS, parts(name)[0], Method)


def method_title(name: str) -> str:
    """Return the name for readers."""
    method, optimiser = parts(name)
    said = method_class(name).title
    if optimiser == ADAM:
        return said
    return f"{said} with {plugin_class(OPTIMISERS, optimiser, Optimiser).title}"


def _known(name: str) -> str:
    for package, part in zip((METHODS, OPTIMISERS), parts(name), strict=True):
        known(package, part)
    return name


TrainedWith = Annotated[str, AfterValidator(_known)]
