"""Page of the versions: provenance of the files, and whether it is the same for all."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pinn_phases.files.provenance import stated_commit
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.summary.page import Page, Table
from pinn_phases.trained_with import method_title

Values = Mapping[str, Mapping[str, str]]  # item -> file -> value

NOT_STORED = "not stored"  # by an older version of this project
NOT_KNOWN = "not known"  # outside a git repository, or not in the statement of a checkpoint
COMMIT = "git commit"
UNCOMMITTED = "uncommitted changes"
YES_NO = {True: "yes", False: "no", None: NOT_KNOWN}


def versions_page(files: Sequence[Content]) -> Page:
    """Compare the provenance of references and runs."""
    stated = {_name(content): _stated(content.attributes) for content in files}
    items = dict.fromkeys(item for values in stated.values() for item in values)
    makers = {i: {f: values.get(i, NOT_STORED) for f, values in stated.items()} for i in items}
    codes: dict[str, dict[str, str]] = {}
    for content in files:
        code = content.attributes["code"] or NOT_KNOWN
        codes.setdefault(_job(content), {})[_name(content)] = code
    tables = (
        _table("Versions and machine", makers),
        _table("Digests of the code of each job", codes),
    )
    return Page("Versions", tuple(_text(makers, codes, len(files))), tables)


def _text(makers: Values, codes: Values, count: int) -> Iterator[str]:
    """Yield sentences on the differences between the files."""
    differing = [item for item, by_file in makers.items() if len(set(by_file.values())) > 1]
    if differing:
        yield f"The {count} files differ in {', '.join(differing)}; these rows are marked."
    elif NOT_KNOWN in makers.get(COMMIT, {}).values():
        yield f"All {count} files state the same versions and machine; no commit is known."
    else:
        yield f"All {count} files state the same commit, versions and machine."
    if YES_NO[True] in makers.get(UNCOMMITTED, {}).values():
        yield (
            "Some were made while the repository had uncommitted changes. For these the digest, "
            "not the commit, identifies the code."
        )
    mixed = [job for job, by_file in codes.items() if len(set(by_file.values())) > 1]
    if mixed:
        yield f"Seeds of the same job were made by different code: {'; '.join(mixed)}."


def _table(title: str, values: Values) -> Table:
    """List each value with the files that state it; mark items in which they differ."""
    rows: list[tuple[str, str, str]] = []
    marked: set[int] = set()
    for item, by_file in values.items():
        distinct = dict.fromkeys(by_file.values())
        for value in distinct:
            holders = [name for name, stated in by_file.items() if stated == value]
            if len(distinct) > 1:
                marked.add(len(rows))
            rows.append((item, value, _who(holders, len(by_file))))
    return Table(title, ("of", "value", "files"), tuple(rows), frozenset(marked))


def _who(holders: Sequence[str], count: int) -> str:
    return f"all {count}" if len(holders) == count > 1 else "\n".join(holders)


def _stated(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return the provenance of a file, in words."""
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
    """Name the job, without the seed."""
    settings = content.attributes["settings"]
    problem = plugin_class(PROBLEMS, settings["problem"], Problem).title
    if content.kind == "reference":
        return f"reference of {problem}"
    return f"training of {problem}, {method_title(settings['method'])}"


def _name(content: Content) -> str:
    seed = content.attributes["settings"].get("seed")
    return _job(content) if seed is None else f"{_job(content)}, seed {seed}"
