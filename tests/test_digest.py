"""A digest changes with the code that a job reaches, and with nothing else."""

import ast
import inspect
import itertools
import shutil
from importlib import import_module
from pathlib import Path

import pytest

from pinn_phases.commands import fields, figure, phases, reference, train
from pinn_phases.files import digest
from pinn_phases.plugins import COMMANDS, FIGURES, METHODS, OPTIMISERS, PROBLEMS, names
from pinn_phases.settings.method_names import joined

PROBLEM = "allen_cahn"
RULES = {
    "reference": lambda: reference.code(PROBLEM),
    "vanilla": lambda: train.code(PROBLEM, "vanilla"),
    "rba": lambda: train.code(PROBLEM, "rba"),
    "phases": phases.code,
    "fields": lambda: fields.code(PROBLEM),
    "figure": lambda: figure.code("fig6"),
}
TRAININGS = {"vanilla", "rba"}
FILES = sorted(str(path.relative_to(digest.ROOT)) for path in digest.ROOT.rglob("*.py"))
PARSED: dict[bytes, tuple[str, tuple[str, ...]]] = {}
parse = digest._tree_and_imports.__wrapped__  # without its cache


def parsed(path: Path, content: bytes) -> tuple[str, tuple[str, ...]]:
    """Parse each content once: most files are the same in all tests."""
    if content not in PARSED:
        PARSED[content] = parse(path)
    return PARSED[content]


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the package, whose digests are computed."""
    copy = tmp_path / "pinn_phases"
    shutil.copytree(digest.ROOT, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(digest, "ROOT", copy)
    # A job reads each file once; here files change, so they are cached by content.
    monkeypatch.setattr(digest, "_tree_and_imports", lambda path: parsed(path, path.read_bytes()))
    return copy


def digests() -> dict[str, str]:
    """Digest of each rule's current code, as a new process would compute it."""
    return {name: code() for name, code in RULES.items()}


def reruns(before: dict[str, str]) -> set[str]:
    """Rules whose digest has changed."""
    return {name for name, code in digests().items() if code != before[name]}


def edit_code(path: Path) -> None:
    """Add a statement."""
    path.write_text(path.read_text() + "\nADDED = 1\n")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("methods/rba.py", {"rba", "figure"}),
        ("methods/vanilla.py", {"vanilla", "figure"}),
        ("optimisers/soap.py", {"figure"}),
        ("training/loop.py", TRAININGS),
        ("training/engines/plain.py", TRAININGS),
        ("training/engines/fast/engine.py", TRAININGS),
        ("training/engines/fast/triton_kernels.py", TRAININGS),
        ("training/checkpointing/checkpoints.py", TRAININGS),
        ("commands/train.py", TRAININGS),
        ("network/streams.py", TRAININGS | {"fields"}),
        ("network/fields.py", TRAININGS | {"fields"}),
        ("analysis/fields.py", {"fields"}),
        ("analysis/snapshots.py", {"fields"}),
        ("analysis/phases/search.py", {"phases"}),
        ("settings/analysis.py", {"phases"}),
        ("commands/phases.py", {"phases"}),
        (f"reference/{PROBLEM}.py", {"reference"}),
        ("reference/numerics/fourier.py", {"reference"}),
        ("figures/fig6.py", {"figure"}),
        ("figures/drawing/style.py", {"figure"}),
        ("figures/drawing/curves.py", {"figure"}),
        ("commands/figure.py", {"figure"}),
        (f"problems/{PROBLEM}.py", set(RULES) - {"phases"}),
        ("files/storage.py", set(RULES)),
        ("files/descriptions.py", set()),
        ("__main__.py", set()),
        ("settings/scales.py", set()),
    ],
)
def test_editing_code_reruns_the_rules_that_reach_it(package, file, expected):
    before = digests()
    edit_code(package / file)
    assert reruns(before) == expected


def test_code_of_a_package_counts_for_its_modules(package):
    before = digests()
    edit_code(package / "training" / "__init__.py")
    assert reruns(before) >= TRAININGS


def test_removing_an_import_counts(package):
    before = digests()
    path = package / "figures" / "fig6.py"
    path.write_text(path.read_text().replace("import training_dynamics", "import plain"))
    edit_code(package / "figures" / "drawing" / "training_dynamics.py")
    changed = digests()
    assert changed["figure"] != before["figure"]
    edit_code(package / "figures" / "drawing" / "training_dynamics.py")  # no longer reached
    assert reruns(changed) == set()


def test_comments_and_layout_do_not_count(package):
    before = digests()
    for file in FILES:
        path = package / file
        path.write_text("# A comment.\n\n" + path.read_text() + "\n\n# The end.\n")
    assert reruns(before) == set()


def test_docstrings_do_not_count(package):
    before = digests()
    edited = 0
    for file in FILES:
        path = package / file
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                if ast.get_docstring(node) is not None:
                    edited += 1
                    node.body[0].value.value = "Say it in other words."
        path.write_text(ast.unparse(tree))
    assert edited > len(FILES)
    assert reruns(before) == set()


def test_new_and_removed_docstrings_do_not_count(package):
    before = digests()
    path = package / "methods" / "rba.py"
    path.write_text(path.read_text().replace('"""Return the weights."""', ""))
    assert '"""Return the weights."""' not in path.read_text()
    loop = package / "training" / "loop.py"
    loop.write_text(loop.read_text() + '"""What stands above, in other words."""\n')
    assert reruns(before) == set()


def test_text_that_is_used_counts(package):
    before = digests()
    path = package / "methods" / "rba.py"
    assert path.read_text().count('"RBA"') == 1
    path.write_text(path.read_text().replace('"RBA"', '"Attention"'))
    assert reruns(before) == {"rba", "figure"}


def test_imports_for_type_checkers_do_not_count(package):
    before = digests()
    path = package / "figures" / "fig6.py"
    block = "\nif TYPE_CHECKING:\n    from pinn_phases.training import loop\n"
    path.write_text(path.read_text() + block)
    assert reruns(before) == set()


def test_touched_files_do_not_count(package):
    before = digests()
    for file in FILES:
        (package / file).touch()
    assert reruns(before) == set()


def test_the_location_of_the_package_does_not_count(package, monkeypatch):
    here = digests()
    elsewhere = package.with_name("elsewhere")
    shutil.copytree(package, elsewhere)
    monkeypatch.setattr(digest, "ROOT", elsewhere)
    assert digests() == here


def test_swapping_two_modules_counts(package):
    """The digest depends on the name of a module."""
    before = digests()
    loop, points = package / "training" / "loop.py", package / "training" / "points.py"
    text = loop.read_text()
    loop.write_text(points.read_text())
    points.write_text(text)
    assert reruns(before) >= TRAININGS


PARAMETERS = {  # of the functions `code` -> values that together reach all plugins
    "problem": names(PROBLEMS),
    "method": [joined(*pair) for pair in itertools.product(names(METHODS), names(OPTIMISERS))],
    "name": names(FIGURES),
}
UNREACHED = {
    "__main__.py",  # starts the commands
    "files/descriptions.py",  # only text
    "jobs/failures.py",  # describes failed jobs, after them
    # Settings are parameters of the rules.
    *("settings/checks.py", "settings/layers.py", "settings/scales.py"),
    # No rule calls these commands.
    *("commands/boundaries.py", "summary/boundaries.py"),
    "commands/discard.py",
    *("commands/verdicts.py", "summary/scales.py"),
    *("commands/watch.py", "summary/watching.py"),
}


def test_every_module_is_reached_by_the_digest_of_a_command(monkeypatch):
    reached = set()

    def read(path):
        reached.add(str(path.relative_to(digest.ROOT)))
        return parsed(path, path.read_bytes())

    monkeypatch.setattr(digest, "_tree_and_imports", read)
    for command in names(COMMANDS):
        code = getattr(import_module(f"{COMMANDS}.{command}"), "code", None)
        if code is not None:
            choices = (PARAMETERS[name] for name in inspect.signature(code).parameters)
            for values in itertools.product(*choices):
                code(*values)
    assert set(FILES) - reached == UNREACHED


def test_unknown_modules_are_refused():
    with pytest.raises(ValueError, match="problems.nonesuch"):
        digest.code_digest("commands.train", "problems.nonesuch")
