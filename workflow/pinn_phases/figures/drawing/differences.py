"""Settings of a run that differ from the paper's, in a short form for the small print.

Iterations and points are omitted, because the small print always has them. A test compares `PAPER`
with config.yaml.
"""

from collections.abc import Mapping
from typing import Any

from pinn_phases.settings.method_names import split_name
from pinn_phases.settings.trees import leaves

NETWORK, OPTIMISER = "training.network", "training.optimiser"
PAPER: dict[str, Any] = {  # B.1 to B.4, and the authors' code where the text is silent
    "equation.a1": 6,
    "equation.diffusion": 1.0e-4,
    "equation.reaction": 5.0,
    "equation.reynolds": 1000.0,
    "method_constants.rate": 1.0e-3,  # of RBA
    f"{NETWORK}.ansatz": "plain",
    f"{NETWORK}.fourier_modes": 0,
    f"{NETWORK}.hidden_layers": 6,
    f"{NETWORK}.width": 128,
    f"{OPTIMISER}.decay": 0.9,
    f"{OPTIMISER}.decay_every": 5000,
    f"{OPTIMISER}.learning_rate": 1.0e-3,
}


def not_the_papers(settings: Mapping[str, Any]) -> list[str]:
    """List the differences, such as "Re = 100 (1000)", with the paper's value in brackets."""
    of_run = {key: value for key, value in leaves(settings) if key in PAPER}
    if split_name(settings["method"])[0] != "rba":
        of_run.pop("method_constants.rate", None)
    different = {key for key, value in of_run.items() if value != PAPER[key]}
    of_run = PAPER | of_run
    templates = {
        "equation.a1": "{} half waves ({})",
        "equation.reaction": "reaction {:g} ({:g})",
        "equation.diffusion": "\N{GREEK SMALL LETTER EPSILON} = {:g} ({:g})",
        "equation.reynolds": "Re = {:g} ({:g})",
        f"{NETWORK}.ansatz": "{} ansatz ({})",
        f"{NETWORK}.fourier_modes": "{} Fourier modes ({})",
        f"{OPTIMISER}.learning_rate": "learning rate {:g} ({:g})",
        "method_constants.rate": "\N{GREEK SMALL LETTER ETA}* = {:g} ({:g})",
    }
    texts = [
        template.format(of_run[key], PAPER[key])
        for key, template in templates.items()
        if key in different
    ]
    for name, formatted in (("learning rate", _schedule), ("network", _network)):
        ours, papers = formatted(of_run), formatted(PAPER)
        if ours != papers:
            texts.append(f"{name} {ours} ({papers})")
    return texts


def _schedule(values: Mapping[str, Any]) -> str:
    decay, every = values[f"{OPTIMISER}.decay"], values[f"{OPTIMISER}.decay_every"]
    return "constant" if decay == 1 else f"\N{MULTIPLICATION SIGN} {decay:g} every {every:,}"


def _network(values: Mapping[str, Any]) -> str:
    hidden, width = values[f"{NETWORK}.hidden_layers"], values[f"{NETWORK}.width"]
    return f"{hidden} \N{MULTIPLICATION SIGN} {width}"
