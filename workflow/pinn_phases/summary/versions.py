"""Page of the versions: the provenance of the files, and whether all files agree on it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pinn_phases.files.provenance import stated_commit
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title
from pinn_phases.summary.page import Page, Table

Values = Mapping[str, Mapping[str, str]]  # item -> file -> value

NOT_STORED = "not stored"  # in a file of an older version of this project
NOT_KNOWN = (
    "not known"  # made outside a git repository, or from a checkpoint that does not state it
)
COMMIT = "git commit"
UNCOMMITTED = "uncommitted changes"
YES_NO = {True: "yes", False: "no", None: NOT_KNOWN}


def versions_page(files: Sequence[Content]) -> Page:
    """Compare the provenance of references and runs."""
    by_file = {_name(content): _provenance(content.attributes) for content in files}
    items = dict.fromkeys(item for values in by_file.values() for item in values)
    versions = {
        item: {name: values.get(item, NOT_STORED) for name, values in by_file.items()}
        for item in items
    }
    codes: dict[str, dict[str, str]] = {}
    for content in files:
        code = content.attributes["code"] or NOT_KNOWN
        codes.setdefault(_job(content), {})[_name(content)] = code
    tables = (
        _table("Versions and machine", versions),
        _table("Digests of the code of each job", codes),
    )
    return Page("Versions", tuple(_text(versions, codes, len(files))), tables)


def _text(versions: Values, codes: Values, count: int) -> Iterator[str]:
    """Yield sentences on the differences between the files."""
    differing = [item for item, by_file in versions.items() if len(set(by_file.values())) > 1]
    if differing:
        yield f"The {count} files differ in {', '.join(differing)}; these rows are marked."
    elif NOT_KNOWN in versions.get(COMMIT, {}).values():
        yield f"All {count} files have the same versions and machine; the commit is not known."
    else:
        yield f"All {count} files have the same commit, versions and machine."
    if YES_NO[True] in versions.get(UNCOMMITTED, {}).values():
        yield (
            "Some files were made while the repository had uncommitted changes. Their code is "
            "identified by its digest, not by the commit."
        )
    mixed = [job for job, by_file in codes.items() if len(set(by_file.values())) > 1]
    if mixed:
        yield f"Different code made the seeds of the same job: {'; '.join(mixed)}."


def _table(title: str, values: Values) -> Table:
    """List each distinct value with the files that have it; mark items in which files differ."""
    rows: list[tuple[str, str, str]] = []
    marked: set[int] = set()
    for item, by_file in values.items():
        distinct = dict.fromkeys(by_file.values())
        for value in distinct:
            names = [name for name, stored in by_file.items() if stored == value]
            if len(distinct) > 1:
                marked.add(len(rows))
            rows.append((item, value, _files(names, len(by_file))))
    return Table(title, ("item", "value", "files"), tuple(rows), frozenset(marked))


def _files(names: Sequence[str], count: int) -> str:
    return f"all {count}" if len(names) == count > 1 else "\n".join(names)


def _provenance(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return the provenance of a file as text: item -> value."""
    commit, changes = stated_commit(attributes)
    return {
        COMMIT: commit or NOT_KNOWN,
        UNCOMMITTED: YES_NO[changes],
        "Python": attributes["python"] or NOT_KNOWN,
        **attributes["versions"],
        "machine": attributes["machine"] or NOT_KNOWN,
        "system": attributes["system"] or NOT_KNOWN,
    }


def _job(content: Content) -> str:
    """Name the job that made a file, without the seed."""
    settings = content.attributes["settings"]
    problem = plugin_class(PROBLEMS, settings["problem"], Problem).title
    if content.kind == "reference":
        return f"reference of {problem}"
    return f"training of {problem}, {method_title(settings['method'])}"


def _name(content: Content) -> str:
    seed = content.attributes["settings"].get("seed")
    return _job(content) if seed is None else f"{_job(content)}, seed {seed}"
