"""A digest of the code that a job reaches, so that editing it reruns the job, and no other edit.

The digest covers the syntax trees of the first-party modules that an entry module imports,
directly or not, without comments, docstrings and what stands under `if TYPE_CHECKING`. Modules
found by name at run time (problems, methods, figures) have to be given as entries as well, and
relative imports are not followed. Syntax trees differ between versions of Python, and so do
digests.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "pinn_phases"
ROOT = Path(__file__).parents[1]
WORDS = f"{PACKAGE}.files.descriptions"  # left out, as docstrings are


def code_digest(*modules: str) -> str:
    """Digest of the modules (names below the package, as "training.loop") and all they import.

    Raises
    ------
    ValueError
        If there is no such module.
    """
    reached: set[Path] = set()
    waiting = [f"{PACKAGE}.{name}" for name in modules]
    if None in map(_file, waiting):
        raise ValueError(f"expected modules of {PACKAGE}, received {', '.join(modules)}")
    while waiting:
        for module in _with_packages(waiting.pop()):
            path = _file(module)
            if path is not None and path not in reached and module != WORDS:
                reached.add(path)
                waiting += _tree_and_imports(path)[1]
    digest = hashlib.sha256()
    for path in sorted(reached):
        digest.update(f"{path.relative_to(ROOT)}\n{_tree_and_imports(path)[0]}\n".encode())
    return digest.hexdigest()


@cache
def _tree_and_imports(path: Path) -> tuple[str, tuple[str, ...]]:
    """Syntax tree as text, and the names that may be first-party modules."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        _drop_what_does_not_run(node)
    imports = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return ast.dump(tree), tuple(imports)


def _drop_what_does_not_run(node: ast.AST) -> None:
    """Take out docstrings, also those of attributes, and imports for type checkers alone."""
    body = getattr(node, "body", None)
    if isinstance(body, list):
        kept = [statement for statement in body if not _does_not_run(statement)]
        node.body = kept  # type: ignore[attr-defined]


def _does_not_run(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=[]):
            return True
        case _:
            return False


def _with_packages(module: str) -> Iterator[str]:
    """Names of the module and of the packages around it, whose `__init__` its import runs."""
    parts = module.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


def _file(module: str) -> Path | None:
    """File of a first-party module, None for anything else."""
    if module != PACKAGE and not module.startswith(f"{PACKAGE}."):
        return None
    path = ROOT.joinpath(*module.split(".")[1:])
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((candidate for candidate in candidates if candidate.is_file()), None)
