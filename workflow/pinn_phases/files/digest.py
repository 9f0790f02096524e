"""Digest of the code that a job depends on, so that only edits of that code rerun the job.

The digest covers the syntax trees of the given modules and of the first-party modules that they
import, directly or indirectly, without comments, docstrings and blocks under `if TYPE_CHECKING`.
Plugins are imported by name at run time (problems, methods, figures), so they must be given
explicitly. Relative imports are not followed. Digests differ between Python versions, because
syntax trees do.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "pinn_phases"
ROOT = Path(__file__).parents[1]
IGNORED = f"{PACKAGE}.files.descriptions"  # only text, like docstrings


def code_digest(*modules: str) -> str:
    """Digest of modules, named relative to the package ("training.loop"), and of their imports.

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
            if path is not None and path not in reached and module != IGNORED:
                reached.add(path)
                waiting += _tree_and_imports(path)[1]
    lines = [f"{path.relative_to(ROOT)} {_tree_and_imports(path)[0]}\n" for path in sorted(reached)]
    return _sha256("".join(lines))


@cache
def _tree_and_imports(path: Path) -> tuple[str, tuple[str, ...]]:
    """Digest of the syntax tree of a file, and imported names that may be first-party modules."""
    tree = ast.parse(path.read_bytes())
    imports = []
    for statement in _remove_unexecuted(tree):
        if isinstance(statement, ast.Import):
            imports += [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            names = (f"{statement.module}.{alias.name}" for alias in statement.names)
            imports += [statement.module, *names]
    return _sha256(ast.dump(tree)), tuple(imports)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _remove_unexecuted(node: ast.AST) -> list[ast.AST]:
    """Remove what is not executed below a node, and return the statements that are left.

    Removed are docstrings, also those of attributes, and imports for type checkers only.
    """
    left: list[ast.AST] = []
    for name, block in ast.iter_fields(node):
        if isinstance(block, list):
            if name == "body":
                block[:] = [statement for statement in block if not _is_unexecuted(statement)]
            for child in block:
                if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
                    left += [child, *_remove_unexecuted(child)]
    return left


def _is_unexecuted(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=[]):
            return True
        case _:
            return False


def _with_packages(module: str) -> Iterator[str]:
    """Names of the module and its parent packages, since an import runs their `__init__`, too."""
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
