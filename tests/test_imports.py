"""Imports have one direction, and code that only reads files does not import torch."""

import ast
import functools
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

PACKAGE = "pinn_phases"
ROOT = Path(__file__).parents[1] / "workflow" / PACKAGE
COMMANDS = sorted(path.stem for path in (ROOT / "commands").glob("[!_]*.py"))
# The rest of the library takes and returns arrays, and must not import these.
OUTSIDE = ("snakemake", f"{PACKAGE}.commands", f"{PACKAGE}.__main__")


def in_package(*names: str) -> tuple[str, ...]:
    """Full names of modules or packages of the library."""
    return tuple(f"{PACKAGE}.{name}" for name in names)


@functools.cache
def modules() -> dict[str, Path]:
    """Every module of the library, by its name."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = (PACKAGE, *path.relative_to(ROOT).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@functools.cache
def imports(module: str) -> frozenset[str]:
    """Modules that a module imports, also inside functions."""
    tree = ast.parse(modules()[module].read_text())
    names = set()
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{module}: digests see no relative imports"
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {node.module} | (below & modules().keys())
    return frozenset(names)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _statements(child)


def reached(module: str) -> set[str]:
    """All that a module imports, directly or through other modules of the library."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += imports(name) if name in modules() else ()
    return seen - {module}


def below(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of the packages or in one of them."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


# Measurements of runs are separate jobs; figures read their files.
OF_A_RUN = tuple(
    f"analysis.{name}"
    for name in (
        *("phases.search", "fields", "activations", "information", "homogeneity"),
        *("terms", "term_gradients"),
    )
)


# Modules with all settings; code that computes must only take the part that it needs.
ALL_SETTINGS = ("settings.scales", "settings.config")
CLAIMS = tuple(f"claims.{path.stem}" for path in (ROOT / "claims").glob("[!_]*.py"))
# Pages show stored results. The live view also reads logs and checkpoints, and finds phases.
PAGES = tuple(
    f"summary.{path.stem}"
    for path in (ROOT / "summary").glob("[!_]*.py")
    if path.stem != "watching"
)


@pytest.mark.parametrize(
    ("of", "forbidden"),
    [
        (("problems", "methods"), ("training", "reference", "analysis", "figures", "files")),
        (("problems", "methods"), ("network", "settings")),
        (("network",), ("training", "reference", "analysis", "figures", "files")),
        (("reference",), ("training", "analysis", "figures", "methods", "network.network")),
        (("training",), ("analysis", "figures", *ALL_SETTINGS)),
        (("analysis",), ("training.loop", "figures", *ALL_SETTINGS)),
        (("figures",), ("training", "network", *ALL_SETTINGS)),
        (("figures",), OF_A_RUN),
        (CLAIMS, ("training", "problems", "methods", "reference", "figures", "files.storage")),
        (CLAIMS, (*OF_A_RUN, "summary", "claims.judging.verdicts", *ALL_SETTINGS)),
        (PAGES, ("training", "figures", *ALL_SETTINGS, *OF_A_RUN)),
        (
            ("strict_model", "plugins", "operators", "grids"),
            ("settings", "files", "problems", "jobs"),
        ),
        (("files",), ("training", "analysis", "figures", "summary")),
        (("jobs",), ("training", "analysis", "figures", "summary")),
    ],
)
def test_imports_have_one_direction(of, forbidden):
    checked = [name for name in modules() if below(name, in_package(*of))]
    assert checked
    for name in checked:
        wrong = {other for other in reached(name) if below(other, in_package(*forbidden))}
        assert not wrong, f"{name} imports {wrong}"


def test_folders_have_no_import_cycle():
    folders = {name: name.split(".")[1] for name in modules() if name.count(".") > 1}
    graph: dict[str, set[str]] = {folder: set() for folder in folders.values()}
    for name, folder in folders.items():
        graph[folder] |= {folders[other] for other in imports(name) if other in folders} - {folder}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the cycle


def test_only_the_command_line_imports_the_command_line():
    for name in modules():
        if not below(name, in_package("commands", "__main__")):
            assert not {other for other in reached(name) if below(other, OUTSIDE)}


def test_nothing_imports_snakemake():
    for name in modules():
        assert not {other for other in imports(name) if below(other, ("snakemake",))}


def test_only_the_layout_imports_h5py():
    users = {name for name in modules() if below("h5py", tuple(imports(name)))}
    assert users == {f"{PACKAGE}.files.layout"}


NO_TORCH = [
    *(
        "problems",
        "methods",
        "reference",
        "figures",
        "summary",
        "commands",
        "claims",
        "files",
        "jobs",
        "settings",
    ),
    *(
        "analysis.homogeneity",
        "analysis.information",
        "analysis.phases",
        "analysis.snapshots",
        "analysis.terms",
        "analysis.term_curves",
    ),
    *("strict_model", "plugins", "operators", "grids"),
]


def test_reading_files_imports_no_torch(python):
    """Not through other packages either; one process imports all modules."""
    names = [name for name in modules() if below(name, in_package(*NO_TORCH))]
    done = python("-c", f"import sys, {', '.join(names)}; print('torch' in sys.modules)")
    assert done.stdout == "False\n", done.stderr


def test_settings_import_no_heavy_packages(python):
    """Snakemake reads the settings in every job that it starts."""
    heavy = "{'torch', 'matplotlib', 'seaborn', 'scipy', 'pandas', 'jaxtyping'}"
    code = f"import sys, {PACKAGE}.settings.scales; print({heavy} & sys.modules.keys())"
    assert python("-c", code).stdout == "set()\n"


# Plug-ins that the commands of rules load by name, so that no import statement shows them.
PLUGINS = {
    "reference": ("problems", "reference"),
    "train": ("problems", "methods"),
    "phases": (),
    "reached": ("problems",),
    "fields": ("problems",),
    "information": ("problems",),
    "homogeneity": ("problems",),
    "terms": ("problems", "methods"),
    "figure": ("problems", "methods", "figures"),
    "seeds": ("problems", "methods"),
    "published": (),
    "agreement": ("problems", "methods"),
    "summary": ("problems", "methods"),
    "archive": (),
    "claims": ("problems", "methods", "claims"),
    "validate": (),
}


@pytest.mark.parametrize("command", PLUGINS)
def test_the_conda_environment_of_a_rule_has_what_its_command_imports(command):
    rules = "".join(path.read_text() for path in sorted((ROOT.parent / "rules").glob("*.smk")))
    each = re.split(r"\n(?: *|use )rule\b", rules)  # also those created in a loop
    calls = f" {PACKAGE} {command} ", f'command="{command}",'
    called = [rule for rule in each if any(call in rule for call in calls)]
    assert len(called) == 1
    used = re.match(r" (\w+) as", called[0])  # a rule whose environment it inherits
    rule = next(rule for rule in each if rule.startswith(f" {used[1]}:")) if used else called[0]
    path = re.search(r'conda:\s+"(\S+)"', rule).group(1)
    entries = yaml.safe_load((ROOT.parent / "rules" / path).read_text())["dependencies"]
    installed = {name.partition("==")[0] for name in entries[-1]["pip"]}
    entry_points = [f"{PACKAGE}.__main__", f"{PACKAGE}.commands.{command}"]
    entry_points += [name for name in modules() if below(name, in_package(*PLUGINS[command]))]
    names = {name.partition(".")[0] for entry in entry_points for name in reached(entry)}
    distributions = packages_distributions()
    without = {PACKAGE, "triton"} | sys.stdlib_module_names  # torch for GPUs requires Triton
    needed = {distributions[name][0] for name in names - without}
    assert needed <= installed, f"{Path(path).name} lacks {', '.join(needed - installed)}"


HELP = f"""
import sys
from {PACKAGE}.__main__ import main
for command in sys.argv[1:]:
    try:
        main([command, "--help"])
    except SystemExit:
        print("DONE", command, "torch" in sys.modules)
"""


def test_help_does_not_import_torch(python):
    done = python("-c", HELP, *COMMANDS)
    found = [line for line in done.stdout.splitlines() if line.startswith("DONE")]
    assert found == [f"DONE {command} False" for command in COMMANDS], done.stderr
