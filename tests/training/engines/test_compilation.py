"""Which errors count as failed compilation; see also `tests.faults.compilers`."""

import os

import pytest
import torch
from filelock import FileLock

from pinn_phases.training.engines.fast.compilation import (
    CACHE,
    compiled_if_possible,
    provide_cache,
    remove_unfinished,
)


def test_an_unwritable_file_is_reported_once(caplog):
    def make(*, compiled):
        if compiled:
            raise OSError(28, "No space left on device", "/there/x.cpp")
        return "plain"

    assert compiled_if_possible(make, wanted=True) == "plain"
    (line,) = caplog.messages
    assert line.startswith(
        "note: not compiled, which is slower: /there/x.cpp: No space left on device"
    )


def test_a_triton_failure_counts_as_a_compilation_failure(caplog):
    build = {"__name__": "triton.runtime.build"}
    exec("def build(): raise RuntimeError('Failed to find C compiler.')", build)

    def make(*, compiled):
        return build["build"]() if compiled else "plain"

    assert compiled_if_possible(make, wanted=True) == "plain"
    (line,) = caplog.messages
    assert "RuntimeError: Failed to find C compiler." in line


def with_graph_break(x):
    """Break the graph, which `fullgraph=True` forbids."""
    torch._dynamo.graph_break()
    return x + 1


def with_shape_mismatch(x):
    """Multiply arrays of incompatible shapes."""
    return x @ torch.ones(len(x) + 1)


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("function", [with_graph_break, with_shape_mismatch])
def test_an_error_in_the_code_is_not_a_compilation_failure(function, caplog):
    def make(*, compiled):
        assert compiled
        return torch.compile(function, fullgraph=True)(torch.ones(3))

    with pytest.raises(torch._dynamo.exc.TorchDynamoException):
        compiled_if_possible(make, wanted=True)
    assert "not compiled" not in caplog.text


def test_a_folder_that_cannot_be_made_is_replaced(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(CACHE, str(tmp_path / "file" / "below"))
    provide_cache(tmp_path / "other")
    assert os.environ[CACHE] == str(tmp_path / "other")
    assert caplog.messages == [
        f"{tmp_path / 'file' / 'below'}: Not a directory; compiled code goes to "
        f"{tmp_path / 'other'} instead"
    ]


def test_unfinished_libraries_are_removed_unless_still_being_compiled(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE, str(tmp_path))
    for name in ("ab/cabkilled.main", "cd/ccdlocked.main"):
        (tmp_path / f"{name}_CxxBuild").mkdir(parents=True)
    libraries = [
        tmp_path / f"{name}.main.so" for name in ("ab/cabkilled", "ab/cabwhole", "cd/ccdlocked")
    ]
    for library in libraries:
        library.write_text("")
    (tmp_path / "locks").mkdir()
    with FileLock(str(tmp_path / "locks" / "ccdlocked.lock")):
        remove_unfinished()
    assert [library.exists() for library in libraries] == [False, True, True]
