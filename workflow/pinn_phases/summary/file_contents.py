"""Describe the contents of a result file, for a terminal."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import numpy as np

from pinn_phases.analysis.seeds import LEVELS
from pinn_phases.analysis.trajectories import first_below
from pinn_phases.files.descriptions import description
from pinn_phases.files.provenance import stated_commit
from pinn_phases.files.reached import is_unfinished, length_in_words
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title
from pinn_phases.settings.trees import leaves
from pinn_phases.summary.phase_words import phase_lines

NOT_KNOWN = "not known"  # in a run from a checkpoint that does not state it
CHANGES = {
    True: ", with uncommitted changes",
    False: "",
    None: ", perhaps with uncommitted changes (not known)",
}


def describe(content: Content, phases: Content | None = None) -> Iterator[str]:
    """Yield lines on the contents and provenance of a file.

    Parameters
    ----------
    phases
        Phases file of a run, if there is one.
    """
    stored = content.attributes
    yield f"{content.kind}: {_title(stored.get('settings', {}))}"
    if is_unfinished(stored):
        yield f"  unfinished: {length_in_words([stored])}"
    if "execution" in stored:
        yield f"  trained: {_execution(stored['execution'])}"
    stretches = stored.get("stretches", ())
    if len(stretches) > 1:
        yield from (f"  part: {_stretch(stretch)}" for stretch in stretches)
    if "history/relative_l2" in content.arrays:
        yield from _errors(content)
    for name, value in stored.get("error_estimate", {}).items():
        yield f"  error estimate: {name.replace('_', ' ')} {value:.1e}"
    if content.kind == "phases":
        phases = content
    if phases is not None:
        yield from (f"  {line}" for line in phase_lines(phases.attributes))
    elif content.kind == "run":
        yield "  phases: no phases file found"
    yield "settings"
    yield from (f"  {key} = {value}" for key, value in leaves(stored.get("settings", {})))
    yield "provenance"
    yield from _provenance(stored)
    yield "datasets"
    for name, values in content.arrays.items():
        yield f"  {name} {values.shape}: {description(name) or 'not known to this version'}"


def _title(settings: Mapping[str, Any]) -> str:
    if "problem" not in settings:
        return "no settings"
    title = plugin_class(PROBLEMS, settings["problem"], Problem).title
    if "method" not in settings:
        return title
    method = method_title(settings["method"])
    return f"{title} with {method}, seed {settings['seed']}, scale {settings['scale']}"


def _execution(execution: Mapping[str, Any]) -> str:
    """Describe how a training was executed; values that are None were not stored."""
    device, seconds = execution["device"], execution["wall_seconds"]
    memory, resumed = execution["peak_memory_mb"], execution["resumed_after"]
    time = "time not known" if seconds is None else f"{timedelta(seconds=round(seconds))} (h:min:s)"
    parts = [f"{time} on {'an unknown device' if device is None else device}"]
    parts.append("memory not known" if memory is None else f"peak memory {memory:,.0f} MB")
    if resumed:
        parts.append(f"resumed after iteration {resumed:,} (time and memory since then)")
    elif resumed is not None:
        parts.append("not resumed")
    return ", ".join(parts)


def _stretch(stretch: Mapping[str, Any]) -> str:
    """Describe the code and device of a stretch, the iterations that they trained."""
    commit, code = (stretch[key] or NOT_KNOWN for key in ("git_commit", "code"))
    libraries = ", ".join(f"{name} {version}" for name, version in stretch["versions"].items())
    source = f"commit {commit[:12]}, code {code[:12]}"
    device = stretch["device"] or "an unknown device"
    python = f"Python {stretch['python'] or NOT_KNOWN}"
    iterations = f"iterations {stretch['first']:,} to {stretch['last']:,}"
    return ", ".join(filter(None, (f"{iterations}: {source}", device, python, libraries)))


def _errors(content: Content) -> Iterator[str]:
    iteration, error = content.arrays["history/iteration"], content.arrays["history/relative_l2"]
    best = int(np.nanargmin(error))
    yield (
        f"  relative L2 error: {error[-1]:.3g} at the end (iteration {iteration[-1]:,}), "
        f"{error[best]:.3g} at its lowest (iteration {iteration[best]:,})"
    )
    for level in LEVELS:
        first = first_below(iteration, error, level)
        reached = "not reached" if first is None else f"first at iteration {first:,}"
        yield f"  error below {level:.0%}: {reached}"


def _provenance(stored: Mapping[str, Any]) -> Iterator[str]:
    if "git_commit" not in stored:  # a checkpoint of an older version
        yield "  not stored"
        return
    commit, changes = stated_commit(stored)
    yield f"  commit {commit}{CHANGES[changes]}" if commit else "  commit not known"
    yield f"  code {stored['code'] or NOT_KNOWN}"
    versions = {"Python": stored["python"] or NOT_KNOWN, **stored["versions"]}
    yield f"  {', '.join(f'{name} {version}' for name, version in versions.items())}"
    yield f"  {stored['system'] or f'system {NOT_KNOWN}'}"
