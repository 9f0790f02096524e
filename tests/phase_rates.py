"""Error rates of the phase search on synthetic curves: python -m tests.phase_rates.

The share of curves without a rise, of several kinds, in which total diffusion is found; and the
share of curves with all phases in which they are found, and at the right place. The seeds differ
from those used to choose the constants, which `--tuning` selects. Prints Markdown.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from pinn_phases.analysis.phases.search import Phases, find_phases
from pinn_phases.settings.analysis import PhaseSettings
from tests.analysis.made_curves import WITHOUT_A_RISE, Generator, SyntheticCurve, training

CURVES = 1000
TUNING, HELD_OUT = 1, 2  # first part of the seeds
PLACED = 2.0  # largest factor between a found and the true boundary


@cache
def settings() -> PhaseSettings:
    """Return the constants of the search in config.yaml."""
    config = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
    return PhaseSettings(**config["phases"])


def searched(
    make: Callable[[Generator], SyntheticCurve], curves: int, half: int
) -> Iterator[tuple[SyntheticCurve, Phases]]:
    """Make curves of one kind and find their phases."""
    constants = settings().model_dump()
    for seed in range(curves):
        made = make(np.random.default_rng((half, seed)))
        yield made, find_phases(made.at, made.snr, **constants)


def false_positives(make: Callable[[Generator], SyntheticCurve], curves: int, half: int) -> float:
    """Return the share of curves without a rise in which total diffusion is found."""
    return float(np.mean([p.total_diffusion is not None for _, p in searched(make, curves, half)]))


def hits(curves: int, half: int) -> dict[str, float]:
    """Return how often the phases of a training are found, and how often at the right place."""
    elbows: list[float] = []
    rises: list[float] = []
    for made, phases in searched(training, curves, half):
        for ratios, found, true in (
            (elbows, phases.diffusion, made.elbow),
            (rises, phases.total_diffusion, made.rise),
        ):
            assert true is not None
            ratios.append(np.nan if found is None else found.iteration / true)
    shares = {}
    for name, ratios in (("diffusion", elbows), ("total diffusion", rises)):
        found_at = np.array(ratios)
        shares[f"{name} found"] = float(np.mean(np.isfinite(found_at)))
        off = np.abs(np.log(found_at[np.isfinite(found_at)]))
        shares[f"{name} within a factor of two, if found"] = float(np.mean(off <= np.log(PLACED)))
    return shares


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tuning", action="store_true", help="curves that constants were tuned by")
    parser.add_argument("--curves", type=int, default=CURVES, help="of each kind")
    options = parser.parse_args()
    half = TUNING if options.tuning else HELD_OUT
    print("| curves without a rise | total diffusion found |\n|---|---|")
    for name, make in WITHOUT_A_RISE.items():
        print(f"| {name} | {false_positives(make, options.curves, half):.1%} |", flush=True)
    print("\n| curves with all phases | share |\n|---|---|")
    for name, share in hits(options.curves, half).items():
        print(f"| {name} | {share:.1%} |")


if __name__ == "__main__":
    main()
