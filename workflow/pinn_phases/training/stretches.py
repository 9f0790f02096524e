"""Stretches of a training: which code computed which iterations, and on which machine.

A training that continues on another machine, or with other code, lists one stretch for each. In a
file they are the attribute `stretches`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

STRETCHES = "stretches"
MAKER = ("code", "git_commit", "git_dirty", "python", "versions", "machine", "system")
LIBRARIES = ("torch", "numpy")  # whose versions may change how numbers are rounded

Stretch = Mapping[str, Any]  # first and last iteration, device, and the keys of MAKER


def stretches_of(attributes: Mapping[str, Any], last: int) -> list[Stretch]:
    """Return the stretches of a stored training up to an iteration; unknown values are None.

    Parameters
    ----------
    attributes
        Of a checkpoint or a run. In files of older versions one maker computed all iterations.
    """
    stretches = attributes.get(STRETCHES)
    if stretches is None:
        device = attributes.get("execution", {}).get("device")
        maker = {key: attributes.get(key) for key in MAKER}
        stretches = [{"first": 1, "last": last, "device": device, **maker}]
    return [{**one, "last": min(one["last"], last)} for one in stretches if one["first"] <= last]


def extended(past: Sequence[Stretch], now: Stretch) -> list[Stretch]:
    """Append a stretch; if the maker is the same, extend the last one instead."""
    if now["last"] < now["first"]:  # nothing was trained
        return list(past)
    if past and _maker(past[-1]) == _maker(now):
        return [*past[:-1], {**now, "first": past[-1]["first"]}]
    return [*past, now]


def changes(before: Stretch, now: Stretch) -> list[str]:
    """List the differences between two stretches that may change how numbers are rounded."""
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


def _maker(stretch: Stretch) -> dict[str, Any]:
    return {key: value for key, value in stretch.items() if key not in ("first", "last")}
