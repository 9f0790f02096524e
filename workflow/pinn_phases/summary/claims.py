"""Page of the claims: what the paper says, what was found, and the verdict."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pinn_phases.claims.base import NOT_IN_THE_PAPER, Case, Finding, Outcome, Run
from pinn_phases.methods.base import Method
from pinn_phases.plugins import METHODS, PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.summary.page import Page, Table
from pinn_phases.verdicts import Judged, Verdict

MARKS = {Outcome.HOLDS: "✓", Outcome.IN_PART: "~", Outcome.FAILS: "✗", Outcome.UNTESTABLE: "–"}
NONE = "–"
NO_BREAK = "\u00a0"  # a space at which no line ends


def claims_page(judged: Sequence[Judged], runs: Sequence[Run], scale: str) -> Page:
    """List claims with their verdicts, ours apart; then each finding, and what is not the paper's.

    Parameters
    ----------
    judged
        Claims as judged by the runs.
    """
    ours = [one for one in judged if one.claim.place == NOT_IN_THE_PAPER]
    theirs = [one for one in judged if one not in ours]
    counts = Counter(one.verdict for one in theirs)
    marks = ", ".join(f"{mark} {outcome}" for outcome, mark in MARKS.items())
    seeds = _seeds(runs)
    of_seeds = f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"
    text = (
        f"Scale {scale}: of {len(theirs)} claims, "
        + ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
        + ".",
        "A verdict is made of the findings for all cases and seeds that can be tested: reproduced, "
        "if all hold; not reproduced, if all fail; partly, else. Statements are in our words; "
        "tolerances were set from the paper's, and the reason stands beside each.",
        f"Values are those of {of_seeds}, in this order: {marks}. Marked rows are not reproduced. "
        "What could not be tested, and why, stands among the findings.",
        *_unfinished(runs),
    )
    tables = [_verdicts("Verdicts", theirs), _findings(judged), _other(runs)]
    if ours:
        tables.insert(1, _verdicts("Not in the paper: what we state ourselves", ours))
    return Page("Claims of the paper", text, tuple(tables))


def _unfinished(runs: Sequence[Run]) -> Iterator[str]:
    """Say which runs are the beginning of a longer training."""
    each = (
        f"{_title(((run.problem, run.method),))}, seed {run.seed} {run.unfinished}"
        for run in runs
        if run.unfinished
    )
    if ends := "; ".join(each):
        yield f"Unfinished trainings, of which the rest may change a verdict: {ends}."


def _verdicts(title: str, judged: Sequence[Judged]) -> Table:
    head = ("statement, and where", "verdict", "values", "what is measured, what has to hold, why")
    rows = tuple(
        (
            f"{one.claim.statement}\n{one.claim.place}",
            "\n".join(_in_words(one)),
            "\n".join(_values(one)),
            f"Measured: {one.claim.measured}.\nMust hold: {one.claim.predicate}.\n"
            f"Why: {one.claim.reason}.",
        )
        for one in judged
    )
    failed = [i for i, one in enumerate(judged) if one.verdict is Verdict.NOT_REPRODUCED]
    return Table(title, head, rows, frozenset(failed))


def _values(one: Judged) -> Iterator[str]:
    """One line a case, with the value of each seed."""
    for case in one.cases:
        found = ", ".join(_value(finding) for finding in case.findings.values())
        yield f"{_title(case.case)}: {found}".replace(" ", NO_BREAK)


def _value(finding: Finding) -> str:
    number = "" if finding.value is None else f"{finding.value:.3g}{NO_BREAK}"
    return f"{number}{MARKS[finding.outcome]}"


def _in_words(one: Judged) -> Iterator[str]:
    """Say the verdict, how often which mark was given, and why nothing could be tested."""
    yield one.verdict
    outcomes = Counter(f.outcome for case in one.cases for f in case.findings.values())
    if one.verdict is Verdict.NOT_TESTABLE:
        yield from one.reasons
    elif len(outcomes) > 1:
        yield ", ".join(f"{outcomes[o]}{NO_BREAK}{MARKS[o]}" for o in Outcome if o in outcomes)


def _findings(judged: Sequence[Judged]) -> Table:
    rows = tuple(
        (
            one.claim.name,
            _title(case.case),
            str(seed),
            NONE if finding.value is None else f"{finding.value:.4g}",
            finding.outcome,
            finding.note,
        )
        for one in judged
        for case in one.cases
        for seed, finding in case.findings.items()
    )
    return Table("Findings", ("claim", "case", "seed", "value", "outcome", "note"), rows)


def _other(runs: Sequence[Run]) -> Table:
    """List what these runs compute otherwise than the paper's."""
    found = {
        (run.problem, key, str(here), str(there)): run
        for run in runs
        for key, (here, there) in run.differences.items()
    }
    rows = tuple((_problem(problem), *rest) for problem, *rest in found)
    head = ("problem", "setting", "here", "in the paper")
    return Table("What differs from the paper", head, rows)


def _title(case: Case) -> str:
    """Name problem and method; a comparison by what is compared."""
    problems = list(dict.fromkeys(problem for problem, _ in case))
    methods = list(dict.fromkeys(method for _, method in case))
    title = ", ".join(map(_problem, problems)) if len(problems) < 3 else "all problems"
    if len(methods) == 1:
        return f"{title}, {plugin_class(METHODS, methods[0], Method).title}"
    return title


def _problem(name: str) -> str:
    return plugin_class(PROBLEMS, name, Problem).title


def _seeds(runs: Sequence[Run]) -> list[int]:
    return sorted({run.seed for run in runs})
