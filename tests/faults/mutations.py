"""Settings mutated at random: invalid ones are rejected, valid ones accepted."""

import copy
import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from pinn_phases.settings.scales import load_archives, load_paper, load_scales
from pinn_phases.strict_model import SettingsError
from tests.faults.outcome import Outcome, first_broken
from tests.processes import snakemake
from tests.workflow.conftest import REPOSITORY, copy_repository

FAULT = "settings mutated at random"
REQUIREMENT = (
    "invalid ones: a one-line error with key and value before any job, no traceback, no shell"
    " command with an unquoted value; valid ones: accepted"
)
BY_SNAKEMAKE = 30  # per thousand, through `snakemake -n`; the others through the functions it calls
LONGEST = 500  # characters of the error line

Keys = tuple[str, ...]
Mutation = tuple[dict[str, Any], Keys, object]  # settings, changed key, new value
NO_VALUE_SHOWN = object()  # if the key is missing, or is itself invalid


@functools.cache
def _original() -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / "config.yaml").read_text())


def _leaves(tree: Mapping[str, Any], above: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def _changed(keys: Keys, value: object) -> dict[str, Any]:
    config = copy.deepcopy(_original())
    place = config
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return config


def _some_leaf(rng: Random, *types: type) -> tuple[Keys, Any]:
    found = [(keys, v) for keys, v in _leaves(_original()) if type(v) in types]
    return rng.choice([pair for pair in found if pair[0][-1] not in ("scale", "points_per_box")])


NEVER_VALID: list[Any] = [{"a": 1}, b"bytes", [[]]]  # valid for no setting
WRONG: dict[type, list[Any]] = {
    int: [*NEVER_VALID, True, 0.5, "many", "1e-4", ["x"], math.nan, math.inf],
    float: [*NEVER_VALID, True, "many", "1e-4", ["x"], math.nan, math.inf],
    bool: [*NEVER_VALID, 0.5, 1, "yes"],
    str: [*NEVER_VALID, True, 0.5, ["x"]],
    list: [*NEVER_VALID, True, 0.5, "0, 1"],
}


def _wrong_type(rng: Random) -> Mutation:
    keys, value = _some_leaf(rng, *WRONG)
    other = rng.choice(WRONG[type(value)])
    return _changed(keys, other), keys, other


def _out_of_range(rng: Random) -> Mutation:
    keys, value = _some_leaf(rng, int, float)
    other = -abs(value) - 1
    return _changed(keys, other), keys, other


def _missing(rng: Random) -> Mutation:
    whole = [k for k, _ in _leaves(_original()) if k[0] not in ("scales", "problems")]
    keys = rng.choice(whole)
    config = _changed(keys, None)
    place = functools.reduce(lambda tree, key: tree[key], keys[:-1], config)
    del place[keys[-1]]
    return config, keys, NO_VALUE_SHOWN


def _unknown(rng: Random) -> Mutation:
    blocks = [k[:-1] for k, _ in _leaves(_original())]
    named = ("problems", "methods", "scales", "conditions", "grid")  # whose keys are names
    block = rng.choice([b for b in blocks if not b or b[-1] not in named])
    letters = "abcdefghijklmnopqrstuvwxyz_-0123456789"
    keys = (*block, "".join(rng.choices(letters, k=rng.randint(1, 12))) + "q")
    value = rng.choice([1, "word", None, [1, 2]])
    return _changed(keys, value), keys, value


def _huge(rng: Random) -> Mutation:
    keys, _ = _some_leaf(rng, int)
    value = rng.choice([10**10, 10**19, 2**63, 10**400, 10**5000, "9" * 5000, "x" * 10**6])
    return _changed(keys, value), keys, value


def _injections(canary: Path) -> list[str]:
    name = canary.name
    return [
        *(f"; touch {name}", f"$(touch {name})", f"`touch {name}`", f"a|touch {name}"),
        *(f"' ; touch {name} '", f'" ; touch {name} "', f"\n touch {name}\n", f"&& touch {name}"),
        *("../../../etc/passwd", "/etc/passwd", "a/../../b", "{input}", "{wildcards.scale}", "a(b"),
        *("--config", "-n", "\x1b[2J\x07", "\u202egnp", "a b", "", "*", "~root", "\udcff"),
    ]


def _injected_value(rng: Random) -> Mutation:
    keys, _ = _some_leaf(rng, int, float, bool, list)
    value = rng.choice(_injections(Path("canary")))
    return _changed(keys, value), keys, value


def _injected_name(rng: Random) -> Mutation:
    name = rng.choice(_injections(Path("canary")))
    block = rng.choice([(), ("scales",), ("problems",), ("methods",), ("training",)])
    config = _changed((*block, name), {})
    if block == ("scales",) and rng.random() < 0.5:
        config["scale"] = name
    return config, (*block, name), NO_VALUE_SHOWN


def _chosen_scale(rng: Random) -> Mutation:
    value = rng.choice([*_injections(Path("canary")), 5, None, ["smoke"], {"smoke": 1}])
    return _changed(("scale",), value), ("scale",), value


def _still_valid(rng: Random) -> Mutation:
    ways: list[tuple[Keys, object]] = [
        (("training", "iterations"), rng.randint(20, 10**6)),
        (("training", "points"), 100 * rng.randint(1, 1000)),
        (("optimisers", "adam", "learning_rate"), 10 ** rng.uniform(-6, 0)),
        (("training", "network", "width"), rng.randint(1, 512)),
        (("execution", "threads"), rng.randint(1, 64)),
        (("seeds",), [rng.randrange(2**62) * 2 + n % 2 for n in range(2)]),
        (("scales", rng.choice(["mine", "a-b", "x_1", "v2.0"])), {}),
        (("scale",), rng.choice(["smoke", "laptop", "paper"])),
        (("phases", "min_rise"), rng.random()),
        (("problems", "burgers", "equation", "viscosity"), rng.uniform(0.001, 1)),
    ]
    keys, value = rng.choice(ways)
    return _changed(keys, value), keys, value


INVALID: dict[str, Callable[[Random], Mutation]] = {
    "wrong type": _wrong_type,
    "out of range": _out_of_range,
    "missing": _missing,
    "unknown key": _unknown,
    "huge": _huge,
    "injection as a value": _injected_value,
    "injection as a name": _injected_name,
    "injection as the scale": _chosen_scale,
}
VALID = "still valid"


def faults(count: int, rng: Random) -> list[Outcome]:
    """Mutate the settings `count` times, nine in ten invalidly; a few use `snakemake -n`."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as name:
        folder = copy_repository(Path(name))
        by_snakemake = max(1, count * BY_SNAKEMAKE // 1000)
        for number in range(count):
            kind = VALID if number % 10 == 9 else rng.choice(list(INVALID))
            config, keys, value = INVALID.get(kind, _still_valid)(rng)
            if number < by_snakemake:
                broken = _by_snakemake(folder, config, kind, keys, value)
                kind = f"{kind}, `snakemake -n`"
            else:
                broken = _in_process(config, kind, keys, value)
            outcomes.append(Outcome(kind, f"{broken}: {keys}" if broken else ""))
    return outcomes


def _in_process(config: dict[str, Any], kind: str, keys: Keys, value: object) -> str:
    """Read the settings as the Snakefile does."""
    try:
        archives = load_archives(REPOSITORY / "archive")
        load_scales(config, archives)
        load_paper(config)
    except SettingsError as error:
        return _line(str(error), keys, value) if kind != VALID else f"accepted ({error})"
    except Exception as error:  # noqa: BLE001  (any other exception is the failure tested for)
        return f"no traceback ({error!r})"
    return "" if kind == VALID else "rejected"


def _line(line: str, keys: Keys, value: object) -> str:
    """Require an error of one line that names key and value."""
    key = keys[-1]
    shown_key = key if key.isprintable() and len(key) <= 60 else repr(key)[:40]
    whole = isinstance(value, int | float | str | None) and value is not NO_VALUE_SHOWN
    is_long = isinstance(value, int) and value.bit_length() > 240
    shown_value = "bits" if is_long else repr(value)[:40] if whole else ""
    return first_broken(
        one_line=len(line.splitlines()) == 1 and line.isprintable() and len(line) < LONGEST,
        names_the_key=shown_key in line,
        names_the_value=shown_value in line,
    )


def _by_snakemake(
    folder: Path, config: dict[str, Any], kind: str, keys: Keys, value: object
) -> str:
    """Plan with the mutated file, which must print only the error line and make nothing."""
    try:
        text = yaml.safe_dump(config, sort_keys=False)
        readable = yaml.safe_load(text) is not None
    except ValueError:  # YAML cannot represent it
        return _in_process(config, kind, keys, value)
    (folder / "config.yaml").write_text(text)
    before = _files(folder)
    done = snakemake(folder, "-n", "-q", "--", "paper_figures/fig3.pdf")
    messages = [
        line for line in done.stdout.splitlines() if not line.startswith("Using workflow spec")
    ]
    if kind == VALID:
        return first_broken(
            accepted=readable and done.returncode == 0, nothing_is_made=_files(folder) == before
        )
    line = "\n".join(messages)
    return first_broken(
        exit_status_not_0=done.returncode != 0,
        no_traceback="Traceback" not in line,
        names_the_file=line.startswith("config.yaml: setting "),
        nothing_is_made=_files(folder) == before and not (folder / "canary").exists(),
    ) or _line(line, keys, value)


def _files(folder: Path) -> set[Path]:
    hidden = re.compile(r"\.snakemake|__pycache__")
    return {path for path in folder.rglob("*") if not hidden.search(str(path))}
