"""Load config.yaml: validated, immutable settings of every scale, before any job starts.

config.yaml contains the paper's values and, under `scales`, the changes of each scale; `layers`
merges them. The part outside `scales` must be complete. The constants of all methods are validated,
and only the methods in `compared_methods` are kept.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pinn_phases.plugins import METHODS, names
from pinn_phases.settings.checks import (
    require_effect,
    require_records,
    require_test_points,
    without_effect,
)
from pinn_phases.settings.config import ComparedMethods, ProblemSettings, Settings
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.file import ARCHIVED_SETTINGS
from pinn_phases.settings.layers import Layers, at_scale, from_the_command_line, merged
from pinn_phases.settings.method_names import ADAM, split_name, with_optimiser
from pinn_phases.strict_model import (
    EXPECTED_BLOCK,
    KeyPath,
    SettingsError,
    StrictModel,
    Tree,
    require_plain_data,
    validated,
)

ARCHIVE = "archive-"  # prefix of a scale of archived runs, which have their own settings
REACHED = "reached-"  # prefix of a scale of runs from checkpoints of unfinished trainings
# Settings of archived runs that the command line may change: which runs are shown, and how.
ARCHIVE_KEYS = ("seeds", "compared_methods", "phases", "figures")
NAME = re.compile(r"\w[\w.-]*", re.ASCII)  # of a scale: valid as a folder, and safe in any shell


def load_scales(
    config: Tree, archives: Mapping[str, Settings] = {}, command_line: Mapping[str, Any] = {}
) -> dict[str, Settings]:
    """Validate all of config.yaml and return the settings of every scale, by name.

    Each scale NAME of config.yaml is also returned as `reached-NAME`, whose runs are taken from the
    checkpoints of NAME.

    Parameters
    ----------
    config
        Contents of config.yaml.
    archives
        Settings of archived runs, from `load_archives`; `scale` may choose one of them.
    command_line
        Settings from the command line, in the structure of config.yaml. They override every block.
        A scale that they make invalid is left out, unless it is the chosen one.

    Raises
    ------
    SettingsError
        For the first key that is unknown, missing, of the wrong type, out of range or without
        effect; CommandLineError if it comes from the command line.
    """
    layers = Layers(config, command_line)
    chosen = _chosen_scale(layers, archives)
    # First validate without scales, so that an error outside `scales` is not attributed to a scale;
    # then without the command line, which could hide an error in the file.
    load_paper(config)
    loaded = {scale: _load(Layers(config), scale) for scale in config["scales"]}
    loaded |= archives
    has_overrides = {*command_line} - {"scale"}
    overridden = {**loaded, **command_line.get("scales", {})} if has_overrides else {}
    for scale in overridden:
        try:
            if scale in archives:
                loaded[scale] = _override_archive(archives[scale], command_line)
            else:
                loaded[scale] = _load(layers, scale)
        except SettingsError:
            if scale == chosen:
                raise
            loaded.pop(scale, None)
    reached = {
        f"{REACHED}{name}": settings.model_copy(update={"scale": f"{REACHED}{name}"})
        for name, settings in loaded.items()
        if name not in archives
    }
    return loaded | reached


def load_archives(folder: Path, chosen: object = None) -> dict[str, Settings]:
    """Return the settings of all archives, by the name of their scale, `archive-FOLDER`.

    Parameters
    ----------
    folder
        Contains one folder per archive, with its `settings.json`.
    chosen
        The chosen scale. Invalid archives are left out, unless they are chosen.

    Raises
    ------
    SettingsError
        If the settings of the chosen archive are invalid; the message names the file.
    """
    archives = {}
    for path in sorted(folder.glob(f"*/{ARCHIVED_SETTINGS}")):
        name = f"{ARCHIVE}{path.parent.name}"
        try:
            archives[name] = _load_archive(path).model_copy(update={"scale": name})
        except SettingsError:
            if name == chosen:
                raise
    return archives


def _load_archive(path: Path) -> Settings:
    _require_name((str(path.parent),), path.parent.name)
    try:
        tree = _upgraded(json.loads(path.read_text()))
    except (AttributeError, TypeError, ValueError) as error:
        raise SettingsError((str(path),), ..., f"expected settings as JSON ({error})") from None
    return validated(Settings, tree, (str(path),))


def _upgraded(tree: Tree) -> Tree:
    """Convert settings of archives of older versions, which had one optimiser and fewer keys."""
    problems = {}
    for name, block in tree.get("problems", {}).items():
        training = {**block.get("training", {})}
        adam = {"optimisers": {ADAM: training.pop("optimiser")}} if "optimiser" in training else {}
        problems[name] = {**adam, **block, "training": training}
    return {"continue_other_code": False, **tree, "problems": problems}


def load_paper(config: Tree) -> Settings:
    """Return the paper's settings: those outside `scales`, with all methods.

    Raises
    ------
    SettingsError
        As for `load_scales`.
    """
    return _load(Layers({**config, "scales": {"paper": {}}}), "paper", all_methods=True)


def _chosen_scale(layers: Layers, archives: Mapping[str, Settings]) -> str:
    """Return the name of the chosen scale, without "reached-", after checks of names and blocks."""
    file, command_line = layers.file, layers.command_line
    require_plain_data(file)
    scales = {**_scales(file, archives)}
    with from_the_command_line():
        require_plain_data(command_line)
        if "scales" in command_line:
            scales |= _scales(command_line, archives)
    chosen = {**file, **command_line}.get("scale")
    allowed = [*scales, *archives, *(f"{REACHED}{name}" for name in scales)]
    if not isinstance(chosen, str) or chosen not in allowed:
        expected = f"expected one of {', '.join(allowed)}"
        raise layers.with_origin("", SettingsError(("scale",), chosen, expected))
    return chosen.removeprefix(REACHED)


def _scales(source: Tree, archives: Mapping[str, Settings]) -> Tree:
    """Return the block `scales` of a source, after checks of its names and types."""
    scales = source.get("scales")
    if not isinstance(scales, Mapping) or not scales:
        raise SettingsError(("scales",), scales, "expected a block for each scale")
    for name, block in scales.items():
        _require_name(("scales", name), name)
        if name in archives:
            raise SettingsError(("scales", name), ..., "expected a name that no archive uses")
        if name.startswith(REACHED):
            expected = f"expected a name that does not start with {REACHED}"
            raise SettingsError(("scales", name), ..., expected)
        if not isinstance(block, Mapping):
            raise SettingsError(("scales", name), block, EXPECTED_BLOCK)
    return scales


def _require_name(path: KeyPath, name: str) -> None:
    if not NAME.fullmatch(name):
        raise SettingsError(path, ..., "expected a name of letters, digits, '-', '_' and '.'")


def _load(layers: Layers, scale: str, *, all_methods: bool = False) -> Settings:
    """Merge and validate the settings of one scale; errors name the source of the value."""
    keys = {*Settings.model_fields, *ComparedMethods.model_fields} - {"scale"}
    try:
        tree = layers.resolve(scale, keys)
        compared = validated(ComparedMethods, _part(tree, ComparedMethods))
        settings = validated(Settings, _part(tree, Settings) | {"scale": scale})
        for name, problem in settings.problems.items():
            _check_problem(name, problem, settings.figures)
        selected = _select_methods(settings, compared)
        for path, value, expected in without_effect(settings, compared):
            if layers.is_on_command_line(scale, path):
                raise SettingsError(path, value, expected)
    except SettingsError as error:
        raise layers.with_origin(scale, error) from None
    return settings if all_methods else selected


def _override_archive(settings: Settings, command_line: Tree) -> Settings:
    """Override settings of archived runs by the command line; most of them cannot change."""
    overrides = at_scale(command_line, settings.scale)
    with from_the_command_line():
        for key, value in overrides.items():
            if key not in ARCHIVE_KEYS:
                allowed = ", ".join(ARCHIVE_KEYS)
                expected = f"archived runs cannot be changed; expected one of {allowed}"
                raise SettingsError((key,), value, expected)
        tree = merged(settings.model_dump(mode="json"), _part(overrides, Settings))
        changed = validated(Settings, tree)
        for index, seed in enumerate(changed.seeds):
            if seed not in settings.seeds:
                expected = f"expected one of the archived {', '.join(map(str, settings.seeds))}"
                raise SettingsError(("seeds", index), seed, expected)
        methods = list(next(iter(settings.problems.values())).methods)
        part = {"compared_methods": methods, **_part(overrides, ComparedMethods)}
        compared = validated(ComparedMethods, part)
        for index, name in enumerate(compared.names):
            if name not in methods:
                expected = f"expected one of {', '.join(methods)}"
                raise SettingsError(("compared_methods", index), name, expected)
        return _select_methods(changed, compared)


def _part(tree: Tree, model: type[StrictModel]) -> dict[str, Any]:
    """Return the keys of a tree that are fields of `model`."""
    return {key: value for key, value in tree.items() if key in model.model_fields}


def _select_methods(settings: Settings, compared: ComparedMethods) -> Settings:
    """Reduce every problem to the compared methods, in this order, and their optimisers."""
    names = compared.names
    problems = {}
    for problem, block in settings.problems.items():
        methods, optimisers = {}, {}
        for index, name in enumerate(names):
            method, optimiser = split_name(name)
            key = name if name in block.methods else method  # archives have names with optimiser
            for part, available in ((key, block.methods), (optimiser, block.optimisers)):
                if part not in available:
                    expected = f"expected one of {', '.join(available)}"
                    raise SettingsError(("compared_methods", index), part, expected)
            methods[name] = block.constants(name)
            optimisers[optimiser] = block.optimisers[optimiser]
        problems[problem] = block.model_copy(update={"methods": methods, "optimisers": optimisers})
    figures = settings.figures
    phases_of = figures.phases_of
    if phases_of not in names:
        phases_of = with_optimiser(phases_of, compared.optimiser)
    if phases_of not in names:
        expected = f"expected one of {', '.join(names)}"
        raise SettingsError(("figures", "phases_of"), figures.phases_of, expected)
    return settings.model_copy(
        update={
            "problems": problems,
            "figures": figures.model_copy(update={"phases_of": phases_of}),
        }
    )


def _check_problem(name: str, block: ProblemSettings, figures: FigureSettings) -> None:
    """Check the settings of a problem against each other and against the problem itself."""
    path: KeyPath = ("problems", name)
    require_test_points(block.reference.grid, block.training.record.error_stride, path)
    require_effect(block.equation, block.training, (*path, "training"))
    require_records(block.training, figures.smoothing, (*path, "training"))
    for method in block.methods:
        if method not in names(METHODS):  # "rba-soap" is a key of archives only
            expected = f"unknown key; expected one of {', '.join(names(METHODS))}"
            raise SettingsError((*path, "methods", method), ..., expected)
    for name, optimiser in block.optimisers.items():
        if optimiser.iterations:
            training = block.training.model_copy(update={"iterations": optimiser.iterations})
            require_records(training, figures.smoothing, (*path, "optimisers", name))
