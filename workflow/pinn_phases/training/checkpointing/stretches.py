"""Stretches of a training: which code computed which iterations, on which machine.

A training that continues with other code or on another machine starts a new stretch. Files store
the list as the attribute `stretches`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

STRETCHES = "stretches"
PROVENANCE = ("code", "git_commit", "git_dirty", "python", "versions", "machine", "system")
LIBRARIES = ("torch", "numpy")  # another version may round differently

Stretch = Mapping[str, Any]  # `first` and `last` iteration, `device`, and the keys of PROVENANCE


def stretches_of(attributes: Mapping[str, Any], last: int) -> list[Stretch]:
    """Return the stretches of a stored training up to iteration `last`; unknown values are None.

    Parameters
    ----------
    attributes
        Attributes of a checkpoint or a run. Files of older versions have no stretches; their own
        provenance is assumed for all iterations.
    """
    stretches = attributes.get(STRETCHES)
    if stretches is None:
        device = attributes.get("execution", {}).get("device")
        provenance = {key: attributes.get(key) for key in PROVENANCE}
        stretches = [{"first": 1, "last": last, "device": device, **provenance}]
    return [{**one, "last": min(one["last"], last)} for one in stretches if one["first"] <= last]


def extended(past: Sequence[Stretch], now: Stretch) -> list[Stretch]:
    """Append a stretch, or extend the last one if code and machine are the same."""
    if now["last"] < now["first"]:  # no iteration was computed
        return list(past)
    if past and _origin(past[-1]) == _origin(now):
        return [*past[:-1], {**now, "first": past[-1]["first"]}]
    return [*past, now]


def changes(before: Stretch, now: Stretch) -> list[str]:
    """List the differences between two stretches that may change the rounding of results."""
    pairs = {"code": (_short(before["code"]), _short(now["code"]))}
    pairs["device"] = (before["device"], now["device"])
    for name in LIBRARIES:
        pairs[name] = ((before["versions"] or {}).get(name), (now["versions"] or {}).get(name))
    return [
        f"{name} {old or 'not known'}, then {new or 'not known'}"
        for name, (old, new) in pairs.items()
        if old != new
    ]


def _short(digest: str | None) -> str | None:
    return digest and digest[:12]


def _origin(stretch: Stretch) -> dict[str, Any]:
    """Return what identifies code and machine: everything but the iterations."""
    return {key: value for key, value in stretch.items() if key not in ("first", "last")}
