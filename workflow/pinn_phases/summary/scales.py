"""Page that compares the verdicts of several scales, from the JSON that `claims` writes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pinn_phases.claims.base import Kind
from pinn_phases.claims.judging.quantities import Outcome
from pinn_phases.summary.claims import BOUNDS, MARKS, NONE, case_title
from pinn_phases.summary.page import Page, Table

Tree = Mapping[str, Any]
TITLE = "Verdicts by scale"
TEXT = (
    "A verdict is about all cases of a claim. It says little about a scale that lacks benchmarks. "
    "The second table has the cases that can be tested at every scale, with the value of each "
    f"seed. Marks: {', '.join(f'{mark} {outcome}' for outcome, mark in MARKS.items())}.",
)


def scales_page(trees: Sequence[Tree]) -> Page:
    """Compare the verdicts of several scales.

    Parameters
    ----------
    trees
        The JSON of `claims`, one per scale.
    """
    scales = tuple(tree["scale"] for tree in trees)
    by_name = [{claim["name"]: claim for claim in tree["claims"]} for tree in trees]
    shared = [
        [named[name] for named in by_name]
        for name, claim in by_name[0].items()
        if claim["kind"] != Kind.IDENTITY and all(name in named for named in by_name)
    ]
    verdicts = tuple((one[0]["statement"], *map(_verdict, one)) for one in shared)
    cases = tuple(row for one in shared for row in _cases(one))
    return Page(
        TITLE,
        TEXT,
        (
            Table("All claims", ("statement", *scales), verdicts, stacked=True),
            Table("Cases tested everywhere", ("statement", "case", *scales), cases, stacked=True),
        ),
    )


def _verdict(claim: Tree) -> str:
    outcomes = Counter(f["outcome"] for case in claim["cases"] for f in case["findings"].values())
    counted = ", ".join(f"{outcomes[o]} {MARKS[o]}" for o in Outcome if outcomes[o])
    return f"{claim['verdict']}\n{counted}"


def _cases(claims: Sequence[Tree]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each case that can be tested at every scale."""
    for same in zip(*(claim["cases"] for claim in claims), strict=True):
        if all(_tested(case) for case in same):
            title = case_title(tuple(tuple(subject) for subject in same[0]["case"]))
            yield (claims[0]["statement"], title, *("\n".join(_seeds(case)) for case in same))


def _tested(case: Tree) -> bool:
    return any(f["outcome"] != Outcome.UNTESTABLE for f in case["findings"].values())


def _seeds(case: Tree) -> Iterator[str]:
    """Yield a line per seed: mark, and values by name."""
    for finding in case["findings"].values():
        named = "; ".join(f"{name} {_number(v)}" for name, v in finding["values"].items())
        yield f"{MARKS[Outcome(finding['outcome'])]} {named}".strip()


def _number(value: Tree) -> str:
    bound = BOUNDS.get(value["bound"], "")
    return NONE if value["value"] is None else f"{bound}{value['value']:.3g}"
