"""Page that compares the verdicts of several scales, read from the JSON of the claims command."""

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
    "A verdict combines all cases of a claim, so verdicts of scales with different benchmarks are "
    "hard to compare. The second table has only the cases that can be tested at every scale, with "
    "a line for each seed. "
    f"Marks: {', '.join(f'{mark} {outcome}' for outcome, mark in MARKS.items())}.",
)


def scales_page(trees: Sequence[Tree]) -> Page:
    """Compare the verdicts of several scales.

    Parameters
    ----------
    trees
        Contents of the JSON files of the claims command, one per scale.
    """
    scales = tuple(tree["scale"] for tree in trees)
    by_name = [{claim["name"]: claim for claim in tree["claims"]} for tree in trees]
    shared = [  # each claim that all scales have, except identities, as a list with one per scale
        [claims[name] for claims in by_name]
        for name, claim in by_name[0].items()
        if claim["kind"] != Kind.IDENTITY and all(name in claims for claims in by_name)
    ]
    verdicts = tuple((claims[0]["statement"], *map(_verdict, claims)) for claims in shared)
    cases = tuple(row for claims in shared for row in _cases(claims))
    head = ("statement", "case", *scales)
    tables = (
        Table("All claims", ("statement", *scales), verdicts, stacked=True),
        Table("Cases that can be tested at every scale", head, cases, stacked=True),
    )
    return Page(TITLE, TEXT, tables)


def _verdict(claim: Tree) -> str:
    outcomes = Counter(f["outcome"] for case in claim["cases"] for f in case["findings"].values())
    counts = ", ".join(
        f"{outcomes[outcome]} {MARKS[outcome]}" for outcome in Outcome if outcomes[outcome]
    )
    return f"{claim['verdict']}\n{counts}"


def _cases(claims: Sequence[Tree]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each case of a claim that can be tested at every scale."""
    for by_scale in zip(*(claim["cases"] for claim in claims), strict=True):
        if all(_is_testable(case) for case in by_scale):
            title = case_title(tuple(tuple(subject) for subject in by_scale[0]["case"]))
            yield (claims[0]["statement"], title, *("\n".join(_lines(case)) for case in by_scale))


def _is_testable(case: Tree) -> bool:
    return any(f["outcome"] != Outcome.UNTESTABLE for f in case["findings"].values())


def _lines(case: Tree) -> Iterator[str]:
    """Yield a line for each seed: the mark, then the values after their names."""
    for finding in case["findings"].values():
        values = "; ".join(f"{name} {_number(v)}" for name, v in finding["values"].items())
        yield f"{MARKS[Outcome(finding['outcome'])]} {values}".strip()


def _number(value: Tree) -> str:
    bound = BOUNDS.get(value["bound"], "")
    return NONE if value["value"] is None else f"{bound}{value['value']:.3g}"
