"""The one place where config.yaml becomes objects: typed, frozen, checked before any job starts.

config.yaml holds the paper's values and, under `scales`, the changes of each scale; `layers` merges
them. The part outside `scales` has to be complete. The constants of all methods are checked, and
those of the methods in `compared_methods` are kept.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pinn_phases.model import (
    A_BLOCK,
    KeyPath,
    SettingsError,
    StrictModel,
    Tree,
    require_plain,
    validated,
)
from pinn_phases.plugins import METHODS, names
from pinn_phases.settings.checks import require_effect, require_records, require_test_points, unused
from pinn_phases.settings.config import ComparedMethods, ProblemSettings, Settings
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.layers import Layers, from_the_command_line, merged, source_at
from pinn_phases.trained_with import ADAM, parts, with_optimiser

ARCHIVE = "archive-"  # before the name of a scale: its archived runs, with their own settings
REACHED = "reached-"  # before that of a scale that trains: its runs from their checkpoints
ARCHIVED_SETTINGS = "settings.json"
# Settings of archived runs that the command line may change: which are shown, and how.
OF_AN_ARCHIVE = ("seeds", "compared_methods", "phases", "figures")
NAME = re.compile(r"\w[\w.-]*", re.ASCII)  # of a scale: a folder of results, and safe in any shell


def load_scales(
    config: Tree, archives: Mapping[str, Settings] = {}, command_line: Mapping[str, Any] = {}
) -> dict[str, Settings]:
    """Check the whole of config.yaml and return the settings of every scale, by name.

    Each scale that trains is there twice: once to train, once to take runs from checkpoints.

    Parameters
    ----------
    config
        As the file has it.
    archives
        Further settings that `scale` may choose: of archived runs, as `load_archives` finds them.
    command_line
        What was given beside the file, as the file would have it; it wins over every block. Scales
        that it does not suit are left out, unless it is the chosen one.

    Raises
    ------
    SettingsError
        At the first key that is unknown, missing, of the wrong type, out of range or without
        effect; CommandLineError if the command line gave it.
    """
    layers = Layers(config, command_line)
    chosen = _chosen(layers, archives)
    # First without any scale, so that a mistake is not blamed on a scale that changes a part of it;
    # then without the command line, so that a mistake in the file is not hidden by it.
    load_paper(config)
    loaded = {scale: _at_scale(Layers(config), scale) for scale in config["scales"]}
    loaded |= archives
    given = {**loaded, **command_line.get("scales", {})} if {*command_line} - {"scale"} else {}
    for scale in given:
        try:
            if scale in archives:
                loaded[scale] = _of_archive(archives[scale], command_line)
            else:
                loaded[scale] = _at_scale(layers, scale)
        except SettingsError:
            if scale == chosen:
                raise
            loaded.pop(scale, None)
    trained = {name: of for name, of in loaded.items() if name not in archives}
    again = (of.model_copy(update={"scale": f"{REACHED}{name}"}) for name, of in trained.items())
    return loaded | {settings.scale: settings for settings in again}


def load_archives(folder: Path) -> dict[str, Settings]:
    """Return the settings of every archive of runs the name of its scale.

    Parameters
    ----------
    folder
        Holds a folder for each archive, with its settings.

    Raises
    ------
    SettingsError
        If the settings of one are not settings.
    """
    found = {}
    for path in sorted(folder.glob(f"*/{ARCHIVED_SETTINGS}")):
        try:
            tree = json.loads(path.read_text())
        except ValueError as error:
            raise SettingsError((str(path),), ..., f"expected JSON ({error})") from None
        settings = validated(Settings, _upgraded(tree), (str(path),))
        _require_name((str(path.parent),), path.parent.name)
        name = f"{ARCHIVE}{path.parent.name}"
        found[name] = settings.model_copy(update={"scale": name})
    return found


def _upgraded(tree: Tree) -> Tree:
    """Return the settings of an archive with what those of older versions do not say."""
    problems = {}
    for name, block in tree.get("problems", {}).items():
        training = {**block.get("training", {})}
        adam = {"optimisers": {ADAM: training.pop("optimiser")}} if "optimiser" in training else {}
        problems[name] = {**adam, **block, "training": training}
    return {"continue_other_code": False, **tree, "problems": problems}


def load_paper(config: Tree) -> Settings:
    """Return the settings as they stand outside `scales`, of all methods, compared or not.

    Raises
    ------
    SettingsError
        As `load_scales`.
    """
    return _at_scale(Layers({**config, "scales": {"paper": {}}}), "paper", all_methods=True)


def _chosen(layers: Layers, archives: Mapping[str, Settings]) -> str:
    """Check all that is needed to choose a scale, and return the name of its settings."""
    file, command_line = layers.file, layers.command_line
    require_plain(file)
    names = {**_scales(file, archives)}
    with from_the_command_line():
        require_plain(command_line)
        if "scales" in command_line:
            names |= _scales(command_line, archives)
    chosen = {**file, **command_line}.get("scale")
    there = [*names, *archives, *(f"{REACHED}{name}" for name in names)]
    if not isinstance(chosen, str) or chosen not in there:
        expected = f"expected one of {', '.join(there)}"
        raise layers.placed("", SettingsError(("scale",), chosen, expected))
    return chosen.removeprefix(REACHED)


def _scales(source: Tree, archives: Mapping[str, Settings]) -> Tree:
    """Return the blocks of the scales, after checking that they are such."""
    scales = source.get("scales")
    if not isinstance(scales, Mapping) or not scales:
        raise SettingsError(("scales",), scales, "expected a block for each scale")
    for name, block in scales.items():
        _require_name(("scales", name), name)
        if name in archives:
            raise SettingsError(("scales", name), ..., "expected a name that no archive has")
        if name.startswith(REACHED):
            expected = f"expected a name that does not start with {REACHED}"
            raise SettingsError(("scales", name), ..., expected)
        if not isinstance(block, Mapping):
            raise SettingsError(("scales", name), block, A_BLOCK)
    return scales


def _require_name(path: KeyPath, name: str) -> None:
    if not NAME.fullmatch(name):
        raise SettingsError(path, ..., "expected a name of letters, digits, '-', '_' and '.'")


def _at_scale(layers: Layers, scale: str, *, all_methods: bool = False) -> Settings:
    """Put one scale together; errors name the place that holds the value."""
    keys = {*Settings.model_fields, *ComparedMethods.model_fields} - {"scale"}
    try:
        tree = layers.at(scale, keys)
        compared = validated(ComparedMethods, _part(tree, ComparedMethods))
        settings = validated(Settings, _part(tree, Settings) | {"scale": scale})
        for name, problem in settings.problems.items():
            _check_problem(name, problem, settings.figures)
        comparing = _comparing(settings, compared)
        for path, value, expected in unused(settings.problems, compared.names):
            if layers.is_given(scale, path):
                raise SettingsError(path, value, expected)
    except SettingsError as error:
        raise layers.placed(scale, error) from None
    return settings if all_methods else comparing


def _of_archive(settings: Settings, command_line: Tree) -> Settings:
    """Lay the command line over the settings of archived runs, as far as it can have an effect."""
    given = source_at(command_line, settings.scale)
    with from_the_command_line():
        for key, value in given.items():
            if key not in OF_AN_ARCHIVE:
                allowed = ", ".join(OF_AN_ARCHIVE)
                expected = f"of archived runs nothing can be changed any more but {allowed}"
                raise SettingsError((key,), value, expected)
        tree = merged(settings.model_dump(mode="json"), _part(given, Settings))
        changed = validated(Settings, tree)
        for index, seed in enumerate(changed.seeds):
            if seed not in settings.seeds:
                expected = f"expected one of the archived {', '.join(map(str, settings.seeds))}"
                raise SettingsError(("seeds", index), seed, expected)
        methods = list(next(iter(settings.problems.values())).methods)
        part = {"compared_methods": methods, **_part(given, ComparedMethods)}
        compared = validated(ComparedMethods, part)
        for index, name in enumerate(compared.names):
            if name not in methods:
                expected = f"expected one of {', '.join(methods)}"
                raise SettingsError(("compared_methods", index), name, expected)
        return _comparing(changed, compared)


def _part(tree: Tree, model: type[StrictModel]) -> dict[str, Any]:
    """Return what `model` is made from."""
    return {key: value for key, value in tree.items() if key in model.model_fields}


def _comparing(settings: Settings, compared: ComparedMethods) -> Settings:
    """Keep these methods of every problem, in this order, and their optimisers."""
    names = compared.names
    problems = {}
    for problem, block in settings.problems.items():
        methods, optimisers = {}, {}
        for index, name in enumerate(names):
            method, optimiser = parts(name)
            stored = name if name in block.methods else method  # an archive has whole names
            for part, there in ((stored, block.methods), (optimiser, block.optimisers)):
                if part not in there:
                    expected = f"expected one of {', '.join(there)}"
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
    """Check what only the problem itself can say of its numbers."""
    path: KeyPath = ("problems", name)
    require_test_points(block.reference.grid, block.training.record.error_stride, path)
    require_effect(block.equation, block.training, (*path, "training"))
    require_records(block.training, figures.smoothing, (*path, "training"))
    for method in block.methods:
        if method not in names(METHODS):  # a method with its optimiser, which only archives have
            expected = f"unknown key; expected one of {', '.join(names(METHODS))}"
            raise SettingsError((*path, "methods", method), ..., expected)
    for name, optimiser in block.optimisers.items():
        if optimiser.iterations:
            own = block.training.model_copy(update={"iterations": optimiser.iterations})
            require_records(own, figures.smoothing, (*path, "optimisers", name))
