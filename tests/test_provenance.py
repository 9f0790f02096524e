"""What a result says of the commit that made it: what is not known is null."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pinn_phases.files import provenance
from pinn_phases.files.provenance import stated_commit

NOT_KNOWN = (None, None)


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody without settings of their own."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    command = ["git", *who, "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def committed(folder: Path) -> str:
    """Make a repository of what is in a folder, and return its commit."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    """Let git see no settings of this machine."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with the code in it, of which provenance speaks."""
    return placed(tmp_path / "checkout", monkeypatch)


def placed(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    module = root / "workflow" / "pinn_phases" / "files" / "provenance.py"
    module.parent.mkdir(parents=True, exist_ok=True)
    (root / "Snakefile").touch()
    module.touch()
    monkeypatch.setattr(provenance, "__file__", str(module))
    return root


def found() -> tuple[str | None, bool | None]:
    """Commit, and whether there are changes, as a result states them."""
    stated = provenance.provenance("c0de")
    return stated["git_commit"], stated["git_dirty"]


def test_a_repository_says_its_commit_and_its_changes(checkout):
    commit = committed(checkout)
    assert found() == (commit, False)
    (checkout / "Snakefile").write_text("rule all:\n")
    assert found() == (commit, True)


def test_a_repository_reached_by_a_link_counts(checkout, monkeypatch):
    commit = committed(checkout)
    link = checkout.with_name("link")
    link.symlink_to(checkout)
    monkeypatch.setattr(
        provenance, "__file__", str(link / "workflow/pinn_phases/files/provenance.py")
    )
    assert found() == (commit, False)


def test_a_worktree_a_shallow_clone_and_a_detached_head_count(checkout, monkeypatch):
    commit = committed(checkout)
    git(checkout, "worktree", "add", "-q", "../tree")
    git(checkout, "clone", "-q", "--depth=1", checkout.as_uri(), "../shallow")
    git(checkout, "checkout", "-q", "--detach")
    for name in ("tree", "shallow", "checkout"):
        placed(checkout.with_name(name), monkeypatch)
        assert found() == (commit, False)


def test_a_submodule_counts(checkout, tmp_path, monkeypatch):
    commit = committed(checkout)
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    allowed = ("-c", "protocol.file.allow=always")
    git(outer, *allowed, "submodule", "add", "-q", str(checkout), "inner")
    git(outer, "commit", "-q", "-m", "all")
    placed(outer / "inner", monkeypatch)
    assert found() == (commit, False)


def test_no_repository_is_not_known(checkout):
    assert found() == NOT_KNOWN


def test_a_repository_around_the_checkout_does_not_count(checkout):
    committed(checkout.parent)
    assert found() == NOT_KNOWN


@pytest.mark.parametrize("place", [".venv/lib/python3.11/site-packages", "lib"])
def test_a_package_installed_into_a_repository_does_not_count(tmp_path, monkeypatch, place):
    module = tmp_path / place / "pinn_phases" / "files" / "provenance.py"
    module.parent.mkdir(parents=True)
    module.touch()
    monkeypatch.setattr(provenance, "__file__", str(module))
    committed(tmp_path)
    assert found() == NOT_KNOWN


def test_a_repository_without_a_commit_is_not_known(checkout):
    git(checkout, "init", "-q")
    assert found() == NOT_KNOWN


def test_a_broken_repository_is_not_known(checkout):
    committed(checkout)
    shutil.rmtree(checkout / ".git/objects")
    assert found() == NOT_KNOWN


def test_no_git_is_not_known(checkout, monkeypatch):
    committed(checkout)
    monkeypatch.setenv("PATH", str(checkout))
    assert found() == NOT_KNOWN


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_checkout_of_somebody_else_is_not_known_until_git_is_told_that_it_is_safe(
    checkout, monkeypatch
):
    commit = committed(checkout)
    os.chown(checkout / ".git", 12345, 12345)
    os.chown(checkout, 12345, 12345)
    assert found() == NOT_KNOWN
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(checkout))
    assert found() == (commit, False)


def test_variables_of_another_repository_lead_nowhere(checkout, tmp_path, monkeypatch):
    """As set in a hook of git, or by a program that works on another repository."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "a").touch()
    committed(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(checkout))
    assert found() == NOT_KNOWN
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_WORK_TREE")
    commit = committed(checkout)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert found() == (commit, False)


def test_changes_that_git_cannot_tell_are_not_known(checkout):
    commit = committed(checkout)
    (checkout / ".git/index").write_bytes(b"no index")
    assert found() == (commit, None)


def test_changes_that_git_is_too_slow_to_find_are_not_known(checkout, tmp_path, monkeypatch):
    commit = committed(checkout)
    slow = tmp_path / "bin/git"
    slow.parent.mkdir()
    real = shutil.which("git")
    slow.write_text(f'#!/bin/sh\ncase "$*" in *status*) exec sleep 60;; esac\nexec {real} "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent), prepend=os.pathsep)
    run = subprocess.run

    def impatient(command, **options):  # where it would wait in vain, so that the test need not
        assert options["timeout"] == provenance.SECONDS
        return run(command, **options | ({"timeout": 0.01} if "status" in command else {}))

    monkeypatch.setattr(subprocess, "run", impatient)
    assert found() == (commit, None)


def test_looking_leaves_the_repository_as_it_is(checkout):
    """The index too, which `git status` likes to refresh: a checkout may be read by many jobs."""
    committed(checkout)
    os.utime(checkout / "Snakefile", (1e9, 1e9))
    before = (checkout / ".git/index").read_bytes()
    found()
    assert (checkout / ".git/index").read_bytes() == before


def test_older_files_said_unknown_and_no_changes():
    assert stated_commit({"git_commit": "unknown", "git_dirty": False}) == NOT_KNOWN
    assert stated_commit({"git_commit": "abc", "git_dirty": True}) == ("abc", True)
    assert stated_commit({"git_commit": "abc", "git_dirty": None}) == ("abc", None)
    assert stated_commit({"git_commit": None, "git_dirty": None}) == NOT_KNOWN
