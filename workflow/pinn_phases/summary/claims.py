"""Page of the claims: the paper's statements, a verdict on each, and all findings."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pinn_phases.analysis.seeds import Bound, Ratio
from pinn_phases.claims.base import Case, Claim, Kind, Run
from pinn_phases.claims.judging.predicates import Anything
from pinn_phases.claims.judging.quantities import Finding, Outcome, Quantity, Value
from pinn_phases.claims.judging.verdicts import Judged, Verdict
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title
from pinn_phases.summary.page import Link, Page, Table, Tone

MARKS = {Outcome.HOLDS: "✓", Outcome.IN_PART: "~", Outcome.FAILS: "✗", Outcome.UNTESTABLE: "–"}
TONES = {
    Verdict.REPRODUCED: Tone.GOOD,
    Verdict.MOSTLY: Tone.FAIR,
    Verdict.MIXED: Tone.MIXED,
    Verdict.MOSTLY_NOT: Tone.POOR,
    Verdict.NOT_REPRODUCED: Tone.BAD,
    Verdict.TOO_FEW: Tone.NEITHER,
    Verdict.NOT_TESTABLE: Tone.NEITHER,
}
SECTIONS = {
    "2.1": "2.1 Gradient signal and noise",
    "2.5": "2.5 Adaptive sample-wise weighting",
    "3.1": "3.1 Total diffusion and convergence",
    "3.2": "3.2 Correlation of Adam and batch SNR",
    "3.3": "3.3 Information compression",
    "A": "Appendix A SNR details",
}
IDENTITIES = "Identities, true for any run if the code is correct"
OURS = "Our own statements, not in the paper"
BOUNDS = {Bound.AT_LEAST: "≥", Bound.AT_MOST: "≤"}
NONE = "–"
NO_BREAK = "\u00a0"  # no-break space
DIGITS = 16  # of the SHA-256 of a file's path, as in the folder names of Snakemake's report


def claims_page(judged: Sequence[Judged], runs: Sequence[Run], scale: str) -> Page:
    """List the verdicts by section, all findings, and the settings that differ from the paper's."""
    marks = ", ".join(f"{mark} {outcome}" for outcome, mark in MARKS.items())
    text = (
        f"Scale {scale}: {in_words(judged)}.",
        "A verdict combines the findings of all cases and seeds that can be tested. A finding "
        "counts 1 if the claim holds and 1/2 if it holds in part. Reproduced: all findings hold. "
        "Mostly: the sum is at least three quarters of the number of these findings. Mostly not: "
        "at most one quarter. Mixed: in between. Not reproduced: all findings fail. Too few cases: "
        "at most half of all findings can be tested. Statements are paraphrased. Tolerances follow "
        "the paper's wording; the last column has the reason for each.",
        f"Values are listed by seed, in the order of {_seeds(runs)}. Marks: {marks}. The table of "
        "findings shows what could not be tested, and why.",
        *_unfinished(runs),
    )
    tables = [_verdicts(title, group) for title, group in by_section(judged).items()]
    tables += [_findings(judged), _differences(runs)]
    return Page("Claims of the paper", text, tuple(tables), contents=True)


def in_words(judged: Sequence[Judged]) -> str:
    """Count the verdicts on the paper's claims, excluding identities and our own statements."""
    counts = Counter(one.verdict for one in judged if one.claim.kind is Kind.PAPER)
    listed = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    return f"of {counts.total()} claims, {listed}"


def by_section(judged: Sequence[Judged]) -> Mapping[str, list[Judged]]:
    """Group claims by the paper's section; identities and our own statements come last."""
    groups: dict[str, list[Judged]] = {title: [] for title in SECTIONS.values()}
    groups |= {IDENTITIES: [], OURS: []}
    for one in judged:
        groups[_section(one.claim)].append(one)
    return {title: group for title, group in groups.items() if group}


def _section(claim: Claim) -> str:
    kinds = {Kind.IDENTITY: IDENTITIES, Kind.OURS: OURS}
    return kinds.get(claim.kind) or SECTIONS[claim.where[0]]


def _seeds(runs: Sequence[Run]) -> str:
    seeds = sorted({run.seed for run in runs})
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"


def _unfinished(runs: Sequence[Run]) -> Iterator[str]:
    """List the runs of unfinished trainings."""
    names = [
        f"{case_title(((run.problem, run.method),))}, seed {run.seed} {run.unfinished}"
        for run in runs
        if run.unfinished
    ]
    if names:
        yield (
            f"Unfinished trainings: {'; '.join(names)}. Their remaining iterations may change a "
            "verdict."
        )


def _verdicts(title: str, judged: Sequence[Judged]) -> Table:
    head = ("statement and source", "verdict", "values", "quantities, criteria and reason")
    rows = tuple(
        (
            f"{one.claim.statement}\n{'; '.join(one.claim.where)}",
            "\n".join(_verdict(one)),
            "\n".join(_values(one)),
            "\n".join((*map(_criterion, one.claim.quantities), f"Reason: {one.claim.reason}.")),
        )
        for one in judged
    )
    return Table(
        title,
        head,
        rows,
        tones=tuple(TONES[one.verdict] for one in judged),
        names=tuple(one.claim.name for one in judged),
        links={
            where: figure_link(where)
            for one in judged
            for where in one.claim.where
            if where.startswith("Fig. ")
        },
        stacked=True,
    )


def figure_link(where: str) -> Link:
    """Return the link to a figure of the paper, such as "Fig. A.13"."""
    path = f"paper_figures/fig{where.removeprefix('Fig. ').replace('.', '')}.png"
    folder = hashlib.sha256(path.encode()).hexdigest()[:DIGITS]
    return Link(f"../../{path}", f"../{folder}/{path.rpartition('/')[-1]}")


def _criterion(quantity: Quantity) -> str:
    if quantity.reported_only:
        return f"{quantity.name}: {quantity.measured}; not judged."
    words = []
    if not isinstance(quantity.must, Anything):
        words.append(f"must be {quantity.must}")
    if quantity.in_part is not None:
        words.append(f"in part: {quantity.in_part}")
    return f"{quantity.name}: {quantity.measured}; {'; '.join(words)}."


def _values(one: Judged) -> Iterator[str]:
    """Yield a line per case with the marks of all seeds, and their values.

    The values of a single quantity share the line with the marks; those of several quantities
    follow on a line each.
    """
    names = [quantity.name for quantity in one.claim.quantities]
    if len(names) == 1:
        yield names[0]
    for case in one.cases:
        findings = list(case.findings.values())
        title = case_title(case.case)
        if len(names) == 1:
            values = (f"{number(f, names[0])} {MARKS[f.outcome]}".strip() for f in findings)
            yield f"{title}: {', '.join(values)}".replace(" ", NO_BREAK)
            continue
        yield f"{title}: {', '.join(MARKS[f.outcome] for f in findings)}".replace(" ", NO_BREAK)
        if any(finding.values for finding in findings):
            for name in names:
                values = (number(finding, name) or NONE for finding in findings)
                yield f"  {name}: {', '.join(values)}".replace(" ", NO_BREAK)


def number(finding: Finding, name: str, digits: int = 3) -> str:
    """Format a value of a finding, or return an empty string if it has none."""
    value: Value = finding.values.get(name)
    bound = ""
    if isinstance(value, Ratio):
        bound = BOUNDS.get(value.bound, "")
        value = value.value
    return "" if value is None else f"{bound}{value:.{digits}g}"


def _verdict(one: Judged) -> Iterator[str]:
    """Yield the verdict, then the counts of the marks or the reasons why nothing can be tested."""
    yield one.verdict
    if one.verdict is Verdict.NOT_TESTABLE:
        yield from one.reasons
    elif len(one.counts) > 1:
        yield counts_in_marks(one)


def counts_in_marks(one: Judged) -> str:
    """Return how often each mark occurs, such as "3 ✓, 1 ✗"."""
    return ", ".join(
        f"{one.counts[outcome]}{NO_BREAK}{MARKS[outcome]}"
        for outcome in Outcome
        if outcome in one.counts
    )


def _findings(judged: Sequence[Judged]) -> Table:
    rows = tuple(
        (
            one.claim.name,
            case_title(case.case),
            str(seed),
            "; ".join(_named_values(finding)) or NONE,
            finding.outcome,
            finding.note,
        )
        for one in judged
        for case in one.cases
        for seed, finding in case.findings.items()
    )
    head = ("claim", "case", "seed", "values", "outcome", "note")
    return Table("Findings", head, rows, stacked=True)


def _named_values(finding: Finding) -> Iterator[str]:
    """Yield each value of a finding after its name."""
    for name in finding.values:
        if value := number(finding, name, digits=4):
            yield f"{name} {value}"


def _differences(runs: Sequence[Run]) -> Table:
    """List the settings that differ from the paper's, each once for all runs of a problem."""
    differences = dict.fromkeys(
        (run.problem, key, str(here), str(in_paper))
        for run in runs
        for key, (here, in_paper) in run.differences.items()
    )
    rows = tuple((_problem(problem), *values) for problem, *values in differences)
    head = ("problem", "setting", "value here", "value in the paper")
    return Table("Differences from the paper", head, rows, stacked=True)


def case_title(case: Case) -> str:
    """Name the problem and method of a case, or only the problem if it compares methods."""
    problems = list(dict.fromkeys(problem for problem, _ in case))
    methods = list(dict.fromkeys(method for _, method in case))
    title = ", ".join(map(_problem, problems)) if len(problems) < 3 else "all problems"
    if len(methods) == 1:
        return f"{title}, {method_title(methods[0])}"
    return title


def _problem(name: str) -> str:
    return plugin_class(PROBLEMS, name, Problem).title
