"""Synthetic runs with known answers."""

import numpy as np

from pinn_phases.claims.base import RBA, Case, Claim, Run, each
from pinn_phases.claims.judging.predicates import AtLeast
from pinn_phases.claims.judging.quantities import Outcome, Quantity
from pinn_phases.claims.judging.verdicts import all_claims

HOLDS, IN_PART, FAILS, UNTESTABLE = Outcome

ITERATIONS = 20_000
AT = np.unique(np.r_[1:101, 100 : ITERATIONS + 1 : 10])
SNAPSHOTS = np.unique(np.round(10 ** np.arange(0, np.log10(ITERATIONS), 1 / 18))).astype(int)
DIFFUSION, TOTAL = 100.0, 2_000.0  # starts of the phases of a synthetic run
STARTS = {
    "diffusion": {"iteration": DIFFUSION, "lower": 90.0, "upper": 110.0},
    "total_diffusion": {"iteration": TOTAL, "lower": 1_800.0, "upper": 2_200.0},
}
LAYERS = 5
LOG2_POINTS = 12.0


def phases(diffusion=True, total_diffusion=True, **starts):
    """Starts of the phases: the defaults of those that are found, replaced or extended by `starts`.

    `starts` are iterations by the name of the phase.
    """
    is_found = {"diffusion": diffusion, "total_diffusion": total_diffusion}
    defaults = {name: STARTS[name] if found else None for name, found in is_found.items()}
    given = {name: starting(iteration) for name, iteration in starts.items()}
    return {**defaults, "late_decrease": None, **given}


def starting(iteration):
    """Start of a phase, with an interval of 10 % on each side."""
    return {"iteration": iteration, "lower": 0.9 * iteration, "upper": 1.1 * iteration}


def power(exponent, first=1.0, at=AT, since=1.0):
    """Power law from iteration `since` on, constant before."""
    return first * np.maximum(at / since, 1.0) ** exponent


def steps(fitting, diffusion, total_diffusion, at=AT):
    """Curve with a constant level in each phase."""
    return np.select([at < DIFFUSION, at < TOTAL], [fitting, diffusion], total_diffusion) * 1.0


def by_layer(levels, at=SNAPSHOTS):
    """Constant levels, one per layer, shape (snapshots, layers)."""
    return np.tile(np.asarray(levels, float), (len(at), 1))


def falling_at(iteration, at=AT):
    """Curve that falls by a decade within a factor of two of iterations, and slowly elsewhere."""
    x = np.log10(at / iteration)
    return 10 ** (-0.01 * np.log10(at) - np.clip(x / 0.3 + 0.5, 0, 1))


def snapshots(diffusion, total_diffusion, fitting=None):
    """Levels by phase at the snapshots, shape (snapshots,)."""
    first = diffusion if fitting is None else fitting
    return steps(first, diffusion, total_diffusion, at=SNAPSHOTS)


def drop(iteration, size):
    """Curve that falls by `size` decades at an iteration."""
    return np.where(iteration <= AT, 10.0**-size, 1.0)


def total_at(iteration):
    """Phases with total diffusion starting at an iteration."""
    return {**phases(), "total_diffusion": starting(iteration)}


NOT_DIFFUSED = phases(diffusion=False, total_diffusion=False)
NOT_TOTAL = phases(total_diffusion=False)
LATE_DECREASE = phases(late_decrease=10_000.0)


def synthetic_run(problem="allen_cahn", method="rba", seed=0, iterations=ITERATIONS, **parts):
    """Return a synthetic run.

    Each of `parts` replaces a field of `Run`, or an entry of its history, layers or spread. Names
    have the prefix `terms_`, `coarse_` or `samples_` for entries of these, and `layers_` for
    entries "layers/..." of the history.
    """
    at = AT[AT <= iterations]
    srr = np.full(at.size, 0.05)
    history = {
        "iteration": at,
        "relative_l2": power(-0.5, at=at),
        "snr": srr / np.sqrt(1 - srr**2),
        "srr_batch": srr,
        "srr_adam": srr,
        "layers/snr": np.ones((at.size, LAYERS)),
        "layers/weight_norm": np.ones((at.size, LAYERS)),
        "gradient_mean": np.full(at.size, 0.05),
        "gradient_std": np.ones(at.size),
        "weights_mean": np.full(at.size, 0.5),
        "weights_max": np.ones(at.size),
        "residual_rms": np.full(at.size, 0.2),
        "residual_max": np.ones(at.size),
    }
    layers = {
        "iterations": SNAPSHOTS,
        "relative": by_layer([LOG2_POINTS] * LAYERS),
        "fixed": by_layer([LOG2_POINTS] * LAYERS),
        "binary": by_layer([0.1] * LAYERS),
        "norm": by_layer([10.0] * LAYERS),
    }
    coarse = {
        "iterations": SNAPSHOTS,
        "relative": by_layer([LOG2_POINTS] * LAYERS),
    }
    spread = {
        "iterations": SNAPSHOTS,
        "homogeneity": np.full(SNAPSHOTS.size, 0.5),
        "boxes": np.ones((SNAPSHOTS.size, 4, 4)),
    }
    samples = dict(spread)
    terms = {
        "iteration": SNAPSHOTS,
        "snr": np.full(SNAPSHOTS.size, 0.05),
        "snr_residual": np.full(SNAPSHOTS.size, 5.0),
        "cosine": np.full(SNAPSHOTS.size, -1.0),
        "gradient_std": np.ones(SNAPSHOTS.size),
        "gradient_conditions": np.full(SNAPSHOTS.size, 5.0),
        "gradient_residual": np.full(SNAPSHOTS.size, 5.0),
    }
    fields = {
        "phases": phases(),
        "layer_weights": np.array([16] + [64] * (LAYERS - 1)),
        "log2_points": LOG2_POINTS,
        "differences": {},
    }
    prefixed = {"terms": terms, "coarse": coarse, "samples": samples}
    for name, value in parts.items():
        prefix, _, rest = name.partition("_")
        if prefix in prefixed:
            target, key = prefixed[prefix], rest
        elif name in fields:
            target, key = fields, name
        else:
            key = name.replace("layers_", "layers/")
            target = next(group for group in (history, layers, spread) if key in group)
        assert key in target, name
        target[key] = value
    return Run(
        **{"problem": problem, "method": method, "seed": seed, "iterations": iterations},
        **{"history": history, "layers": layers, "spread": spread, "terms": terms},
        **{"coarse": coarse, "samples": samples, **fields},
    )


def claim(name):
    """Return the claim of this name."""
    return next(claim for claim in all_claims() if claim.name == name)


def runs_of(case: Case, *parts, **common):
    """Return one run per subject of a case, each with its own parts and the common ones."""
    pairs = zip(case, parts or ({},) * len(case), strict=True)
    return [synthetic_run(problem, method, **common, **own) for (problem, method), own in pairs]


BURGERS = each(("burgers",), RBA)


def make_claim(measure, cases=BURGERS, **changes):
    """Return a claim about one value: it holds for 1 or more, and in part for 0 or more."""
    words = {"name": "words", "statement": "Words.", "reason": "words", "where": ("3.1", "Fig. 8")}
    quantities = (Quantity("number", "words", AtLeast(1), in_part=AtLeast(0)),)
    return Claim(
        **{**words, "quantities": quantities, "cases": cases, "measure": measure} | changes
    )
