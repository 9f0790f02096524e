"""Page of the claims: statements of the paper, findings, and verdicts."""

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
from pinn_phases.summary.page import Link, Page, Table, Tone
from pinn_phases.trained_with import method_title

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
    "3.1": "3.1 Total diffusion and convergence",
    "3.2": "3.2 Correlation of Adam and batch SNR",
    "3.3": "3.3 Information compression",
    "A": "Appendix A SNR details",
}
IDENTITIES = "Identities of the code, true for any run"
OURS = "Not in the paper: our own statements"
BOUNDS = {Bound.AT_LEAST: "≥", Bound.AT_MOST: "≤"}
NONE = "–"
NO_BREAK = "\u00a0"  # no-break space
DIGITS = 16  # of a file's digest, in folder names of Snakemake's report


def claims_page(judged: Sequence[Judged], runs: Sequence[Run], scale: str) -> Page:
    """List the verdicts by section, all findings, and the settings that are not the paper's."""
    marks = ", ".join(f"{mark} {outcome}" for outcome, mark in MARKS.items())
    text = (
        f"Scale {scale}: {in_words(judged)}.",
        "A verdict combines the findings for all cases and seeds that can be tested. Each that "
        "holds counts 1, each that holds in part 1/2. Reproduced: all hold. Not reproduced: all "
        "fail. Mostly: at least three quarters. Mostly not: at most one quarter. Mixed: in "
        "between. Too few cases: at most half of the findings can be tested. Statements are in our "
        "words. Tolerances come from the paper's words, each with its reason.",
        f"Values are those of {_of_seeds(runs)}, in this order. Marks: {marks}. The table of "
        "findings says what could not be tested, and why.",
        *_unfinished(runs),
    )
    tables = [_verdicts(title, group) for title, group in by_section(judged).items()]
    return Page("Claims of the paper", text, (*tables, _findings(judged), _other(runs)), True)


def in_words(judged: Sequence[Judged]) -> str:
    """Count the verdicts on the paper's claims, without identities and our own."""
    counts = Counter(one.verdict for one in judged if one.claim.kind is Kind.PAPER)
    listed = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    return f"of {counts.total()} claims, {listed}"


def by_section(judged: Sequence[Judged]) -> Mapping[str, list[Judged]]:
    """Group claims by the section that states them; identities and ours come last."""
    groups: dict[str, list[Judged]] = {title: [] for title in SECTIONS.values()}
    groups |= {IDENTITIES: [], OURS: []}
    for one in judged:
        groups[_group(one.claim)].append(one)
    return {title: group for title, group in groups.items() if group}


def _group(claim: Claim) -> str:
    kinds = {Kind.IDENTITY: IDENTITIES, Kind.OURS: OURS}
    return kinds.get(claim.kind) or SECTIONS[claim.where[0]]


def _of_seeds(runs: Sequence[Run]) -> str:
    seeds = sorted({run.seed for run in runs})
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"


def _unfinished(runs: Sequence[Run]) -> Iterator[str]:
    """List the runs of unfinished trainings."""
    each = (
        f"{case_title(((run.problem, run.method),))}, seed {run.seed} {run.unfinished}"
        for run in runs
        if run.unfinished
    )
    if ends := "; ".join(each):
        yield f"Unfinished trainings, whose remaining iterations may change a verdict: {ends}."


def _verdicts(title: str, judged: Sequence[Judged]) -> Table:
    head = ("statement, place", "verdict", "values", "quantities, criteria, reasons")
    rows = tuple(
        (
            f"{one.claim.statement}\n{'; '.join(one.claim.where)}",
            "\n".join(_explained(one)),
            "\n".join(_values(one)),
            "\n".join((*map(_quantity, one.claim.quantities), f"Reason: {one.claim.reason}.")),
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
    """Return the link to a figure, such as "Fig. A.13"."""
    path = f"paper_figures/fig{where.removeprefix('Fig. ').replace('.', '')}.png"
    folder = hashlib.sha256(path.encode()).hexdigest()[:DIGITS]
    return Link(f"../../{path}", f"../{folder}/{path.rpartition('/')[-1]}")


def _quantity(one: Quantity) -> str:
    if one.reported_only:
        return f"{one.name}: {one.measured}; not judged."
    words = [
        *([] if isinstance(one.must, Anything) else [f"must be {one.must}"]),
        *([] if one.in_part is None else [f"in part: {one.in_part}"]),
    ]
    return f"{one.name}: {one.measured}; {'; '.join(words)}."


def _values(one: Judged) -> Iterator[str]:
    """Yield a line per case and quantity with the value of each seed; the first has the marks."""
    names = [quantity.name for quantity in one.claim.quantities]
    if len(names) == 1:
        yield f"{names[0]}"
    for case in one.cases:
        found = list(case.findings.values())
        title = case_title(case.case)
        if len(names) == 1:
            values = (f"{number(f, names[0])} {MARKS[f.outcome]}".strip() for f in found)
            yield f"{title}: {', '.join(values)}".replace(" ", NO_BREAK)
            continue
        yield f"{title}: {', '.join(MARKS[f.outcome] for f in found)}".replace(" ", NO_BREAK)
        if any(finding.values for finding in found):
            for name in names:
                values = (number(finding, name) or NONE for finding in found)
                yield f"  {name}: {', '.join(values)}".replace(" ", NO_BREAK)


def number(finding: Finding, name: str, digits: int = 3) -> str:
    """Format a value of a finding; empty if there is none."""
    value: Value = finding.values.get(name)
    bound = ""
    if isinstance(value, Ratio):
        bound = BOUNDS.get(value.bound, "")
        value = value.value
    return "" if value is None else f"{bound}{value:.{digits}g}"


def _explained(one: Judged) -> Iterator[str]:
    """Yield the verdict, the number of each mark, and why nothing could be tested."""
    yield one.verdict
    if one.verdict is Verdict.NOT_TESTABLE:
        yield from one.reasons
    elif len(one.counts) > 1:
        yield counts_in_marks(one)


def counts_in_marks(one: Judged) -> str:
    """Return the number of each mark."""
    return ", ".join(f"{one.counts[o]}{NO_BREAK}{MARKS[o]}" for o in Outcome if o in one.counts)


def _findings(judged: Sequence[Judged]) -> Table:
    rows = tuple(
        (
            one.claim.name,
            case_title(case.case),
            str(seed),
            "; ".join(_named(finding)) or NONE,
            finding.outcome,
            finding.note,
        )
        for one in judged
        for case in one.cases
        for seed, finding in case.findings.items()
    )
    head = ("claim", "case", "seed", "values", "outcome", "note")
    return Table("Findings", head, rows, stacked=True)


def _named(finding: Finding) -> Iterator[str]:
    """Yield the existing values with their names."""
    for name in finding.values:
        if said := number(finding, name, digits=4):
            yield f"{name} {said}"


def _other(runs: Sequence[Run]) -> Table:
    """List the settings that differ from the paper's."""
    found = {
        (run.problem, key, str(here), str(there)): run
        for run in runs
        for key, (here, there) in run.differences.items()
    }
    rows = tuple((_problem(problem), *rest) for problem, *rest in found)
    head = ("problem", "setting", "here", "in the paper")
    return Table("Differences from the paper", head, rows, stacked=True)


def case_title(case: Case) -> str:
    """Name problem and method; for a comparison, what is compared."""
    problems = list(dict.fromkeys(problem for problem, _ in case))
    methods = list(dict.fromkeys(method for _, method in case))
    title = ", ".join(map(_problem, problems)) if len(problems) < 3 else "all problems"
    if len(methods) == 1:
        return f"{title}, {method_title(methods[0])}"
    return title


def _problem(name: str) -> str:
    return plugin_class(PROBLEMS, name, Problem).title
