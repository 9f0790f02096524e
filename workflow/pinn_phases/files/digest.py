"""Digest of the code that a job depends on, so that only edits of that code rerun the job.

The digest covers the syntax trees of the first-party modules that an entry module imports,
directly or indirectly, without comments, docstrings and blocks under `if TYPE_CHECKING`. Modules
found by name at run time (problems, methods, figures) must be given as entries too. Relative
imports are not followed. Syntax trees, and so digests, differ between Python versions.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "pinn_phases"
ROOT = Path(__file__).parents[1]
WORDS = f"{PACKAGE}.files.descriptions"  # omitted, like docstrings


def code_digest(*modules: str) -> str:
    """Digest of modules (names below the package, such as "training.loop") and their imports.

    Raises
    ------
    ValueError
        If a module does not exist.
    """
    reached: set[Path] = set()
    waiting = [f"{PACKAGE}.{name}" for name in modules]
    if any(_file(name, ROOT) is None for name in waiting):
        raise ValueError(f"expected modules of {PACKAGE}, received {', '.join(modules)}")
    while waiting:
        for module in _with_packages(waiting.pop()):
            path = _file(module, ROOT)
            if path is not None and path not in reached and module != WORDS:
                reached.add(path)
                waiting += _tree_and_imports(path)[1]
    lines = [f"{path.relative_to(ROOT)} {_tree_and_imports(path)[0]}\n" for path in sorted(reached)]
    return _sha256("".join(lines))


@cache
def _tree_and_imports(path: Path) -> tuple[str, tuple[str, ...]]:
    """Digest of the syntax tree, and the names that may be first-party modules."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        _drop_what_does_not_run(node)
    imports = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return _sha256(ast.dump(tree)), tuple(imports)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _drop_what_does_not_run(node: ast.AST) -> None:
    """Remove docstrings, also those of attributes, and imports that only type checkers need."""
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
    """Names of the module and its parent packages, whose `__init__` its import runs."""
    parts = module.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


@cache
def _file(module: str, root: Path) -> Path | None:
    """File of a first-party module, or None."""
    if module != PACKAGE and not module.startswith(f"{PACKAGE}."):
        return None
    path = root.joinpath(*module.split(".")[1:])
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((candidate for candidate in candidates if candidate.is_file()), None)
