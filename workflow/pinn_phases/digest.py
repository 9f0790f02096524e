"""A digest of the code that a job reaches, so that editing it reruns the job, and no other edit.

The digest covers the syntax trees of the first-party modules that an entry module imports,
directly or not, without comments and docstrings. Modules found by name at run time (problems,
methods, figures) have to be given as entries as well. Syntax trees differ between versions of
Python, and so do digests.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = "pinn_phases"
ROOT = Path(__file__).parent


def code_digest(*modules: str) -> str:
    """Digest of the modules (names below the package, as "training.loop") and all they import.

    Raises
    ------
    ValueError
        If there is no such module.
    """
    reached: set[Path] = set()
    waiting = [_file(f"{PACKAGE}.{name}") for name in modules]
    if None in waiting:
        raise ValueError(f"expected modules of {PACKAGE}, received {', '.join(modules)}")
    while waiting:
        path = waiting.pop()
        if path is not None and path not in reached:
            reached.add(path)
            waiting += [_file(name) for name in _tree_and_imports(path)[1]]
    digest = hashlib.sha256()
    for path in sorted(reached):
        digest.update(f"{path.relative_to(ROOT)}\n{_tree_and_imports(path)[0]}\n".encode())
    return digest.hexdigest()


@cache
def _tree_and_imports(path: Path) -> tuple[str, tuple[str, ...]]:
    """Syntax tree as text, and the names that may be first-party modules."""
    tree = ast.parse(path.read_bytes())
    imports = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        _drop_docstrings(node)
    return ast.dump(tree), tuple(imports)


def _drop_docstrings(node: ast.AST) -> None:
    """Take out every statement that is a string alone: docstrings, also of attributes."""
    body = getattr(node, "body", None)
    if isinstance(body, list):
        node.body = [  # type: ignore[attr-defined]
            statement
            for statement in body
            if not (
                isinstance(statement, ast.Expr)
                and isinstance(statement.value, ast.Constant)
                and isinstance(statement.value.value, str)
            )
        ]


def _file(module: str) -> Path | None:
    """File of a first-party module, None for anything else."""
    if module != PACKAGE and not module.startswith(f"{PACKAGE}."):
        return None
    path = ROOT.joinpath(*module.split(".")[1:])
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((candidate for candidate in candidates if candidate.is_file()), None)
