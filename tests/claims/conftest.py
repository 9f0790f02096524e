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
REACHED = {
    "diffusion": {"iteration": DIFFUSION, "lower": 90.0, "upper": 110.0},
    "total_diffusion": {"iteration": TOTAL, "lower": 1_800.0, "upper": 2_200.0},
}
LAYERS = 5
LOG2_POINTS = 12.0


def phases(diffusion=True, total_diffusion=True, **starts):
    """Default starts of the phases that are reached; `starts` replaces or adds some."""
    reached = {"diffusion": diffusion, "total_diffusion": total_diffusion}
    found = {name: REACHED[name] if is_reached else None for name, is_reached in reached.items()}
    given = {name: starting(iteration) for name, iteration in starts.items()}
    return {**found, "late_decrease": None, **given}


def starting(iteration):
    """Start of a phase, with an interval of 10 % on each side."""
    return {"iteration": iteration, "lower": 0.9 * iteration, "upper": 1.1 * iteration}


def power(exponent, first=1.0, at=AT, since=1.0):
    """Power law from an iteration on, constant before."""
    return first * np.maximum(at / since, 1.0) ** exponent


def steps(fitting, diffusion, total_diffusion, at=AT):
    """Curve with one level per phase."""
    return np.select([at < DIFFUSION, at < TOTAL], [fitting, diffusion], total_diffusion) * 1.0


def by_layer(levels, at=SNAPSHOTS):
    """Constant levels, one per layer, shape (snapshots, layers)."""
    return np.tile(np.asarray(levels, float), (len(at), 1))


def falling_at(iteration):
    """Curve that falls by a decade within a factor of two of iterations, and slowly elsewhere."""
    x = np.log10(AT / iteration)
    return 10 ** (-0.01 * np.log10(AT) - np.clip(x / 0.3 + 0.5, 0, 1))


def snapshots(diffusion, total_diffusion, fitting=None):
    """Levels by phase at the snapshots, shape (snapshots,)."""
    first = diffusion if fitting is None else fitting
    return steps(first, diffusion, total_diffusion, at=SNAPSHOTS)


def drop(iteration, size):
    """Curve that falls by `size` decades at an iteration."""
    return np.where(iteration <= AT, 10.0**-size, 1.0)


def total_at(iteration):
    """Phases whose total diffusion starts at an iteration."""
    return {**phases(), "total_diffusion": starting(iteration)}


NOT_DIFFUSED = phases(diffusion=False, total_diffusion=False)
NOT_TOTAL = phases(total_diffusion=False)
LATE_DECREASE = phases(late_decrease=10_000.0)


def made_run(problem="allen_cahn", method="rba", seed=0, iterations=ITERATIONS, **parts):
    """Return a run; `parts` replace fields, or entries of history, layers or spread.

    Entries of `terms` and `coarse` have `terms_` or `coarse_` before their name.
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
    }
    layers = {
        "iterations": SNAPSHOTS,
        "relative": by_layer([LOG2_POINTS] * LAYERS),
        "binary": by_layer([0.1] * LAYERS),
        "norm": by_layer([10.0] * LAYERS),
    }
    coarse = {
        "iterations": SNAPSHOTS,
        "relative": by_layer([LOG2_POINTS] * LAYERS),
        "fixed": by_layer([LOG2_POINTS] * LAYERS),
    }
    spread = {
        "iterations": SNAPSHOTS,
        "homogeneity": np.full(SNAPSHOTS.size, 0.5),
        "boxes": np.ones((SNAPSHOTS.size, 4, 4)),
    }
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
    own = {"terms": terms, "coarse": coarse}
    for name, value in parts.items():
        folder, _, rest = name.partition("_")
        key = rest if folder in own else name.replace("layers_", "layers/")
        places = (own[folder],) if folder in own else (fields, history, layers, spread)
        place = next((p for p in places if key in p or name in p), None)
        key = name if place is fields else key
        assert place is not None, name
        place[key] = value
    return Run(
        **{"problem": problem, "method": method, "seed": seed, "iterations": iterations},
        **{"history": history, "layers": layers, "spread": spread, "terms": terms},
        **{"coarse": coarse, **fields},
    )


def claim(name):
    """Return the claim of this name."""
    return next(claim for claim in all_claims() if claim.name == name)


def runs_of(case: Case, *parts, **common):
    """Return one run for each subject of a case, each with its own parts."""
    own = parts or ({},) * len(case)
    pairs = zip(case, own, strict=True)
    return [made_run(problem, method, **common, **mine) for (problem, method), mine in pairs]


BURGERS = each(("burgers",), RBA)


def stated(measure, cases=BURGERS, **changes):
    """Return a claim about a measured value: 1 or more holds, 0 or more holds in part."""
    words = {"name": "words", "statement": "Words.", "reason": "words", "where": ("3.1", "Fig. 8")}
    quantities = (Quantity("number", "words", AtLeast(1), in_part=AtLeast(0)),)
    return Claim(
        **{**words, "quantities": quantities, "cases": cases, "measure": measure} | changes
    )
