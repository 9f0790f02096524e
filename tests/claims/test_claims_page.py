"""The table of claims, in HTML and Markdown."""

import dataclasses
import json

from pinn_phases.verdicts import as_plain, judge_all

from pinn_phases.claims.base import (
    NOT_IN_THE_PAPER,
    RBA,
    VANILLA,
    Finding,
    Outcome,
    Untestable,
    each,
)
from pinn_phases.summary.claims import NO_BREAK, claims_page
from pinn_phases.summary.markdown import markdown
from pinn_phases.summary.page import Page, Table, render
from tests.claims.conftest import claim, made_run
from tests.claims.test_verdicts import stated


def page():
    """Three claims by two seeds of two methods: reproduced, not reproduced, not testable."""

    def untestable(run):
        raise Untestable("no <data>")

    judges = (
        lambda run: Finding(Outcome.HOLDS, 0.123456 + run.seed),
        lambda run: Finding(Outcome.FAILS, None, "a note"),
        untestable,
    )
    claims = [stated(one, each(("burgers",), RBA, VANILLA)) for one in judges]
    changed = {"equation.viscosity": (0.1, 0.2)}
    runs = [
        made_run("burgers", method, seed, differences=changed)
        for method in (RBA, VANILLA)
        for seed in (0, 3)
    ]
    return claims_page(judge_all(claims, runs), runs, "laptop")


def test_verdicts_come_with_the_value_of_each_seed():
    verdicts, findings, other = page().tables
    held, failed, untestable = verdicts.rows
    lines = held[2].replace(NO_BREAK, " ").splitlines()
    assert lines == ["Burgers, RBA: 0.123 ✓, 3.12 ✓", "Burgers, Vanilla: 0.123 ✓, 3.12 ✓"]
    assert [row[1] for row in verdicts.rows] == [
        "reproduced",
        "not reproduced",
        "not testable at this scale\nno <data>",
    ]
    assert verdicts.marked == {1}
    assert len(findings.rows) == 3 * 2 * 2
    assert ("words", "Burgers, RBA", "3", "3.123", "holds", "") in findings.rows
    assert ("words", "Burgers, RBA", "3", "–", "fails", "a note") in findings.rows
    assert other.rows == (("Burgers", "equation.viscosity", "0.1", "0.2"),)
    assert "of 3 claims, 1 reproduced, 0 partly, 1 not reproduced, 1 not" in page().text[0]


def test_what_the_paper_does_not_say_stands_apart_and_is_not_counted():
    runs = [made_run("burgers", RBA)]
    one = stated(lambda run: Finding(Outcome.HOLDS, 1.0), each(("burgers",), RBA))
    claims = [one, dataclasses.replace(one, place=NOT_IN_THE_PAPER)]
    shown = claims_page(judge_all(claims, runs), runs, "laptop")
    assert [table.title for table in shown.tables[:2]] == [
        "Verdicts",
        "Not in the paper: what we state ourselves",
    ]
    assert [len(table.rows) for table in shown.tables] == [1, 1, 2, 0]
    assert "of 1 claims, 1 reproduced" in shown.text[0]


def test_every_claim_says_what_it_measures_and_why():
    one = claim("ten_times_faster")
    runs = [made_run("helmholtz", method) for method in (RBA, VANILLA)]
    shown = claims_page(judge_all([one], runs), runs, "laptop").tables[0].rows[0]
    for words in (one.statement, one.place, one.measured, one.predicate, one.reason):
        assert any(words in cell for cell in shown)


def test_nothing_is_taken_for_markup():
    assert "no &lt;data&gt;" in render(page())
    text = markdown(Page("A | b", ("*x*",), (Table("t_1", ("a",), (("1 < 2\n|R|",),)),)))
    assert text == "# A \\| b\n\n\\*x\\*\n\n## t\\_1\n\n| a |\n|---|\n| 1 &lt; 2<br>\\|R\\| |\n"


def test_markdown_has_the_rows_of_the_page():
    lines = markdown(page()).splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 3 * 2 + 3 + 12 + 1  # heads and rules, then the rows of three tables
    assert all(row.count(" | ") == 3 for row in rows[2:5])
    assert any("**words<br>words** | not reproduced" in row for row in rows)


def test_plain_values_are_json_and_complete():
    runs = [made_run("helmholtz", method) for method in (RBA, VANILLA)]
    (plain,) = (as_plain(one) for one in judge_all([claim("ten_times_faster")], runs))
    again = json.loads(json.dumps(plain, allow_nan=False))
    assert again["place"] == "Figs. 6, 7" and again["verdict"] == plain["verdict"]
    allen_cahn, helmholtz = again["cases"]
    assert allen_cahn["findings"]["0"]["outcome"] == "not testable"
    assert helmholtz["case"] == [["helmholtz", "vanilla"], ["helmholtz", "rba"]]
    assert set(helmholtz["findings"]["0"]) == {"outcome", "value", "note"}
