"""The table of claims, in HTML and Markdown."""

import dataclasses
import json
import re

import pytest

from pinn_phases.__main__ import main
from pinn_phases.analysis.seeds import Bound, Ratio
from pinn_phases.claims.base import RBA, VANILLA, Kind, each
from pinn_phases.claims.judging.predicates import Above, Anything
from pinn_phases.claims.judging.quantities import Quantity, Untestable, measured
from pinn_phases.claims.judging.verdicts import Verdict, all_claims, as_plain, judge_all
from pinn_phases.summary.claims import IDENTITIES, NO_BREAK, OURS, SECTIONS, TONES, claims_page
from pinn_phases.summary.markdown import markdown
from pinn_phases.summary.page import Page, Table, Tone, render
from tests.claims.conftest import claim, synthetic_run
from tests.claims.test_verdicts import held, make_claim

BOTH = each(("burgers",), RBA, VANILLA)


def page():
    """Three claims on two seeds of two methods: reproduced, not reproduced, not testable."""

    def untestable(run):
        raise Untestable("no <data>")

    measures = (
        lambda run: measured(1.123456 + run.seed),
        lambda run: measured(None, note="a note"),
        untestable,
    )
    claims = [
        make_claim(one, BOTH, name=name)
        for one, name in zip(measures, ("a", "b", "c"), strict=True)
    ]
    changed = {"equation.viscosity": (0.1, 0.2)}
    runs = [
        synthetic_run("burgers", method, seed, differences=changed)
        for method in (RBA, VANILLA)
        for seed in (0, 3)
    ]
    return claims_page(judge_all(claims, runs), runs, "laptop")


def test_verdicts_come_with_the_value_of_each_seed():
    verdicts, findings, other = page().tables
    good = verdicts.rows[0]
    lines = good[2].replace(NO_BREAK, " ").splitlines()
    assert lines == ["number", "Burgers, RBA: 1.12 ✓, 4.12 ✓", "Burgers, Vanilla: 1.12 ✓, 4.12 ✓"]
    assert [row[1] for row in verdicts.rows] == [
        "reproduced",
        "not reproduced",
        "not testable here\nno <data>",
    ]
    assert verdicts.tones == (Tone.GOOD, Tone.BAD, Tone.NEITHER)
    assert len(findings.rows) == 3 * 2 * 2
    assert ("a", "Burgers, RBA", "3", "number 4.123", "holds", "") in findings.rows
    assert ("b", "Burgers, RBA", "3", "–", "fails", "a note") in findings.rows
    assert other.rows == (("Burgers", "equation.viscosity", "0.1", "0.2"),)
    assert "of 3 claims, 1 reproduced, 0 mostly, 0 mixed" in page().text[0]


def test_several_values_are_named_and_bounds_marked():
    quantities = (
        Quantity("first", "words", Above(1)),
        Quantity("second", "words", Anything()),
        Quantity("third", "words", Anything(), in_part=Above(1)),
    )
    one = make_claim(
        lambda run: measured(Ratio(2.0, Bound.AT_LEAST), None, 0.5), quantities=quantities
    )
    runs = [synthetic_run("burgers", RBA)]
    row = claims_page(judge_all([one], runs), runs, "laptop").tables[0].rows[0]
    said = row[2].replace(NO_BREAK, " ").splitlines()
    assert said == ["Burgers, RBA: ✓", "  first: ≥2", "  second: –", "  third: 0.5"]
    assert row[3].splitlines()[:3] == [
        "first: words; must be above 1.",
        "second: words; not judged.",
        "third: words; in part: above 1.",
    ]


def test_identities_and_our_own_claims_are_separate_and_not_counted():
    runs = [synthetic_run("burgers", RBA)]
    one = make_claim(held, each(("burgers",), RBA))
    claims = [dataclasses.replace(one, kind=kind) for kind in (Kind.OURS, Kind.IDENTITY)]
    shown = claims_page(judge_all([*claims, one], runs), runs, "laptop")
    titles = [SECTIONS["3.1"], IDENTITIES, OURS]
    assert [table.title for table in shown.tables[:3]] == titles
    assert [len(table.rows) for table in shown.tables] == [1, 1, 1, 3, 0]
    assert "of 1 claims, 1 reproduced" in shown.text[0]


def test_every_claim_has_a_section_and_every_verdict_a_colour():
    assert {one.where[0] for one in all_claims() if one.kind is Kind.PAPER} == SECTIONS.keys()
    assert TONES.keys() == set(Verdict)


def test_every_claim_is_shown_with_its_quantity_and_reason():
    one = claim("ten_times_faster")
    runs = [synthetic_run("helmholtz", method) for method in (RBA, VANILLA)]
    shown = claims_page(judge_all([one], runs), runs, "laptop").tables[0].rows[0]
    (quantity,) = one.quantities
    for words in (one.statement, *one.where, quantity.measured, str(quantity.must), one.reason):
        assert any(words in cell for cell in shown)


def test_rows_and_sections_have_anchors_and_figures_are_linked():
    html = render(page())
    ids = re.findall(r' id="([^"]+)"', html)
    assert {"a", "b", "c"} <= set(ids) and len(ids) == len(set(ids))
    anchors = re.findall(r'href="#([^"]+)"', html)
    assert anchors and set(anchors) <= set(ids)
    assert 'href="../../paper_figures/fig8.png"' in html
    assert 'class="good"' in html and 'class="bad"' in html


def test_a_table_needs_names_for_all_rows_or_none():
    with pytest.raises(ValueError, match="expected 1 names, one per row, received 2"):
        Table("t", ("a",), (("b",),), names=("c", "d"))


def test_markup_is_escaped():
    assert "no &lt;data&gt;" in render(page())
    text = markdown(Page("A | b", ("*x*",), (Table("t_1", ("a",), (("1 < 2\n|R|",),)),)))
    assert text.startswith("# A \\| b\n\n\\*x\\*\n\n## t\\_1\n\n| a ")
    assert text.endswith("-|\n| 1 &lt; 2<br>\\|R\\| |\n")


def test_markdown_has_the_rows_of_the_page():
    lines = markdown(page()).splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert (
        len(rows) == 3 * 2 + 3 + 12 + 1
    )  # header and separator lines, then the rows of three tables
    assert all(row.count(" | ") == 3 for row in rows[2:5])
    assert any(re.search(r"Words\.<br>3\.1; Fig\. 8 +\| not reproduced", row) for row in rows)


def test_plain_values_are_json_and_complete():
    runs = [synthetic_run("helmholtz", method) for method in (RBA, VANILLA)]
    (plain,) = (as_plain(one) for one in judge_all([claim("ten_times_faster")], runs))
    again = json.loads(json.dumps(plain, allow_nan=False))
    assert again["where"] == ["3.1", "Fig. 6", "Fig. 7"] and again["verdict"] == plain["verdict"]
    assert again["quantities"][0]["must"] == "between 5 and 20"
    allen_cahn, helmholtz = again["cases"]
    assert allen_cahn["findings"]["0"]["outcome"] == "not testable"
    assert helmholtz["case"] == [["helmholtz", "vanilla"], ["helmholtz", "rba"]]
    assert set(helmholtz["findings"]["0"]) == {"outcome", "values", "note"}


def test_scales_are_shown_side_by_side(tmp_path, capsys):
    def written(scale, seeds):
        runs = [synthetic_run("burgers", RBA, seed) for seed in seeds]
        claims = judge_all([make_claim(held, BOTH)], runs)
        path = tmp_path / f"{scale}.json"
        tree = {"scale": scale, "claims": [as_plain(one) for one in claims]}
        path.write_text(json.dumps(tree))
        return str(path)

    assert main(["verdicts", written("paper", [0]), written("laptop", [0, 1])]) == 0
    lines = [re.sub(" +", " ", line) for line in capsys.readouterr().out.splitlines()]
    assert "| statement | paper | laptop |" in lines
    assert "| Words. | too few cases<br>1 ✓, 1 – | too few cases<br>2 ✓, 2 – |" in lines
    assert "| Words. | Burgers, RBA | ✓ number 1 | ✓ number 1<br>✓ number 1 |" in lines
    assert not [line for line in lines if "Vanilla" in line]  # it has no runs


def test_a_file_without_claims_is_named(tmp_path, caplog):
    path = tmp_path / "other.json"
    path.write_text("{}")
    assert main(["verdicts", str(path)]) == 1
    assert "other.json: expected JSON with the keys scale and claims" in caplog.text
