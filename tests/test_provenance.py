"""The commit that a result records; null if it is unknown."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pinn_phases.files import provenance
from pinn_phases.files.provenance import stated_commit

UNKNOWN = (None, None)


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, without the settings of a user."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    command = ["git", *who, "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def committed(folder: Path) -> str:
    """Create a repository with all files of a folder, and return its commit."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    """Ignore the git settings of this machine."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with the code whose provenance is recorded."""
    return placed(tmp_path / "checkout", monkeypatch)


def placed(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    module = root / "workflow" / "pinn_phases" / "files" / "provenance.py"
    module.parent.mkdir(parents=True, exist_ok=True)
    (root / "Snakefile").touch()
    module.touch()
    monkeypatch.setattr(provenance, "__file__", str(module))
    return root


def found() -> tuple[str | None, bool | None]:
    """Return the commit and whether there are changes, as recorded in a result."""
    stated = provenance.provenance("c0de")
    return stated["git_commit"], stated["git_dirty"]


def test_commit_and_changes_of_a_repository_are_recorded(checkout):
    commit = committed(checkout)
    assert found() == (commit, False)
    (checkout / "Snakefile").write_text("rule all:\n")
    assert found() == (commit, True)


def test_a_repository_reached_through_a_symlink_counts(checkout, monkeypatch):
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


def test_without_a_repository_the_commit_is_unknown(checkout):
    assert found() == UNKNOWN


def test_a_repository_around_the_checkout_does_not_count(checkout):
    committed(checkout.parent)
    assert found() == UNKNOWN


@pytest.mark.parametrize("place", [".venv/lib/python3.11/site-packages", "lib"])
def test_a_package_installed_into_a_repository_does_not_count(tmp_path, monkeypatch, place):
    module = tmp_path / place / "pinn_phases" / "files" / "provenance.py"
    module.parent.mkdir(parents=True)
    module.touch()
    monkeypatch.setattr(provenance, "__file__", str(module))
    committed(tmp_path)
    assert found() == UNKNOWN


def test_before_the_first_commit_the_commit_is_unknown(checkout):
    git(checkout, "init", "-q")
    assert found() == UNKNOWN


def test_in_a_broken_repository_the_commit_is_unknown(checkout):
    committed(checkout)
    shutil.rmtree(checkout / ".git/objects")
    assert found() == UNKNOWN


def test_without_git_the_commit_is_unknown(checkout, monkeypatch):
    committed(checkout)
    monkeypatch.setenv("PATH", str(checkout))
    assert found() == UNKNOWN


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the owner of a folder")
def test_the_commit_of_another_users_checkout_is_unknown_unless_git_trusts_it(
    checkout, monkeypatch
):
    commit = committed(checkout)
    os.chown(checkout / ".git", 12345, 12345)
    os.chown(checkout, 12345, 12345)
    assert found() == UNKNOWN
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(checkout))
    assert found() == (commit, False)


def test_git_variables_of_another_repository_do_not_give_its_commit(
    checkout, tmp_path, monkeypatch
):
    """As set by a git hook, or by a program that works on another repository."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "a").touch()
    committed(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(checkout))
    assert found() == UNKNOWN
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_WORK_TREE")
    commit = committed(checkout)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert found() == (commit, False)


def test_changes_are_unknown_if_git_fails(checkout):
    commit = committed(checkout)
    (checkout / ".git/index").write_bytes(b"no index")
    assert found() == (commit, None)


def test_changes_are_unknown_if_git_is_too_slow(checkout, tmp_path, monkeypatch):
    commit = committed(checkout)
    slow = tmp_path / "bin/git"
    slow.parent.mkdir()
    real = shutil.which("git")
    slow.write_text(f'#!/bin/sh\ncase "$*" in *status*) exec sleep 60;; esac\nexec {real} "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent), prepend=os.pathsep)
    run = subprocess.run

    def impatient(command, **options):  # so that the test need not wait for the timeout
        assert options["timeout"] == provenance.GIT_TIMEOUT
        return run(command, **options | ({"timeout": 0.01} if "status" in command else {}))

    monkeypatch.setattr(subprocess, "run", impatient)
    assert found() == (commit, None)


def test_reading_the_commit_does_not_modify_the_repository(checkout):
    """In particular its index, which `git status` refreshes: many jobs may read a checkout."""
    committed(checkout)
    os.utime(checkout / "Snakefile", (1e9, 1e9))
    before = (checkout / ".git/index").read_bytes()
    found()
    assert (checkout / ".git/index").read_bytes() == before


def test_unknown_commits_of_older_files_are_read():
    assert stated_commit({"git_commit": "unknown", "git_dirty": False}) == UNKNOWN
    assert stated_commit({"git_commit": "abc", "git_dirty": True}) == ("abc", True)
    assert stated_commit({"git_commit": "abc", "git_dirty": None}) == ("abc", None)
    assert stated_commit({"git_commit": None, "git_dirty": None}) == UNKNOWN
