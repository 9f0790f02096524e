"""Pages of the report, from synthetic files."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.commands.summary import PAGES
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.settings.config import ScaleAndPaper
from pinn_phases.settings.scales import load_paper, load_scales
from pinn_phases.summary.page import Page, Table, render
from pinn_phases.summary.references import references_page
from pinn_phases.summary.settings import settings_page
from pinn_phases.summary.trainings import trainings_page
from pinn_phases.summary.versions import versions_page

MADE = {
    "code": "c0de",
    "git_commit": "abc123",
    "git_dirty": False,
    "python": "3.11.7",
    "versions": {"torch": "2.13.0", "numpy": "2.4.6"},
    "machine": "x86_64",
    "system": "Linux",
}


def reference(**changes):
    """A reference of the cavity, as stored."""
    attributes = {
        "settings": {"problem": "cavity"},
        "solver": "Newton",
        "resolution": {"modes": 40},
        "error_estimate": {"relative_l2": 1.25e-7},
    }
    axes = {"axes/x": np.linspace(0, 1, 64), "axes/y": np.linspace(0, 1, 32)}
    return Content("reference", axes, attributes | MADE | changes)


def run(seed=0, method="rba", resumed_after=0, **changes):
    """A run of the cavity, as stored."""
    execution = {
        **{"device": "CPU, 1 thread", "threads": 1, "wall_seconds": 3725.4},
        **{"resumed_after": resumed_after, "peak_memory_mb": 1234.5},
    }
    settings = {"problem": "cavity", "method": method, "seed": seed}
    history = {
        "history/iteration": np.array([1, 10, 12000]),
        "history/relative_l2": np.array([1.0, 0.5, 0.04321], np.float32),
    }
    return Content("run", history, {"settings": settings, "execution": execution} | MADE | changes)


@pytest.fixture
def settings(config):
    """Settings of the smallest scale and of the paper, as the command receives them."""
    both = ScaleAndPaper(scale=load_scales(config)["smoke"], paper=load_paper(config))
    return json.loads(both.model_dump_json())


def rows(table):
    """Rows of a table by their first cell."""
    return {row[0]: row[1:] for row in table.rows}


def marked(table):
    """First cells of the marked rows."""
    return {table.rows[i][0] for i in table.marked}


def test_settings_show_the_papers_value_where_the_scale_changes_it(settings):
    general, *problems = settings_page(settings["scale"], settings["paper"]).tables
    assert [table.title for table in problems[:4]] == [
        *("Allen-Cahn", "Helmholtz", "Burgers", "Lid-driven cavity")
    ]
    cavity = rows(problems[3])
    assert cavity["equation.reynolds"] == ("100.0", "1000.0")
    assert cavity["training.network.width"] == ("16", "128")
    assert cavity["training.network.ansatz"] == ("plain", "")
    assert cavity["training.compiled"] == ("false", "true")
    assert "equation.reynolds" in marked(problems[3])
    assert "training.network.ansatz" not in marked(problems[3])
    assert rows(general)["information.points"] == ("100", "null")
    assert rows(general)["seeds"] == ("[0]", "")


def test_settings_hold_every_value_once(settings):
    def count(tree):
        return sum(count(v) if isinstance(v, dict) else 1 for v in tree.values())

    page = settings_page(settings["scale"], settings["paper"])
    values = sum(len(table.rows) for table in page.tables)
    assert values == count(settings["scale"]) - 1  # except the scale's name
    assert f"of {values} values" in page.text[0]


def test_a_setting_missing_on_one_side_is_shown(settings):
    del settings["paper"]["figures"]["smoothing"], settings["scale"]["phases"]["window"]
    general = settings_page(settings["scale"], settings["paper"]).tables[0]
    assert rows(general)["figures.smoothing"] == ("10", "not set")
    assert rows(general)["phases.window"] == ("not set", "0.3")


def test_a_scale_that_changes_nothing_marks_nothing(settings):
    page = settings_page(settings["paper"], settings["paper"])
    assert not any(table.marked for table in page.tables)
    assert "changes 0 of" in page.text[0]


def test_references_show_solver_grid_resolution_and_error():
    (table,) = references_page([reference()]).tables
    rows = [tuple(cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row) for row in table.rows]
    assert rows == [
        (
            *("Lid-driven cavity", "Newton", "x: 64\ny: 32", "modes: 40", "speed"),
            "relative L2: 1.2e-07",
        ),
    ]


def test_references_without_resolution_or_error_estimate_are_shown():
    (table,) = references_page([reference(resolution={}, error_estimate={})]).tables
    assert table.rows[0][3] == "exact" and table.rows[0][5] == "none"


def test_trainings_show_their_end_and_cost():
    stretches = [{"first": 1, "last": 7000}, {"first": 7001, "last": 12000}]
    resumed = run(1, "vanilla", resumed_after=8000, stretches=stretches)
    (table,) = trainings_page([run(), resumed]).tables
    assert table.rows == (
        (
            *("Lid-driven cavity", "RBA", "0", "12,000", "0.0432", "CPU, 1 thread", "1"),
            *("1:02:05", "1,234", "no", "no"),
        ),
        (
            *("Lid-driven cavity", "Vanilla", "1", "12,000", "0.0432", "CPU, 1 thread", "1"),
            *("1:02:05", "1,234", "after iteration 8,000", "after 7,000"),
        ),
    )


NOT_STORED = {"device": None, "threads": None, "wall_seconds": None}
UNFINISHED = {
    "settings": {
        **{"problem": "cavity", "method": "rba", "seed": 0},
        "training": {"iterations": 300000},
    },
    "reached": 12003,
}


def test_unfinished_trainings_and_unknown_values_are_shown():
    execution = {**NOT_STORED, "resumed_after": None, "peak_memory_mb": None}
    unknown = {"code": None, "python": None, "versions": {}, "machine": None, "system": None}
    one = run(**UNFINISHED, **unknown, execution=execution)
    (table,) = trainings_page([one]).tables
    assert table.rows[0][3:5] == ("to iteration 12,003 of 300,000", "0.0432")
    assert table.rows[0][5:] == (*("not known",) * 5, "no")
    versions, codes = versions_page([reference(), one]).tables
    name = "training of Lid-driven cavity, RBA, seed 0"
    assert ("Python", "not known", name) in versions.rows
    assert ("training of Lid-driven cavity, RBA", "not known", name) in codes.rows


def test_files_that_agree_share_one_row_per_version():
    page = versions_page([reference(), run(0), run(1)])
    versions, codes = page.tables
    assert page.text == ("All 3 files have the same commit, versions and machine.",)
    assert rows(versions)["torch"] == ("2.13.0", "all 3")
    assert rows(versions)["git commit"] == ("abc123", "all 3")
    assert not versions.marked and not codes.marked
    assert rows(codes)["training of Lid-driven cavity, RBA"] == ("c0de", "all 2")


def test_files_that_differ_are_named():
    other = run(1, versions={"torch": "2.12.0"}, git_dirty=True, code="other")
    page = versions_page([reference(), run(0), other])
    versions, codes = page.tables
    assert page.text[0].startswith("The 3 files differ in uncommitted changes, torch, numpy;")
    assert "by its digest, not by the commit" in page.text[1]
    assert page.text[2] == (
        "Different code made the seeds of the same job: training of Lid-driven cavity, RBA."
    )
    assert marked(versions) == {"uncommitted changes", "torch", "numpy"}
    name = "training of Lid-driven cavity, RBA, seed 1"
    assert ("torch", "2.12.0", name) in versions.rows
    assert ("numpy", "not stored", name) in versions.rows
    assert marked(codes) == {"training of Lid-driven cavity, RBA"}


@pytest.mark.parametrize("stated", [(None, None), ("unknown", False)])  # current and older files
def test_unknown_commits_are_not_called_the_same(stated):
    unknown = dict(zip(("git_commit", "git_dirty"), stated, strict=True))
    page = versions_page([reference(**unknown), run(**unknown)])
    assert page.text == (
        "All 2 files have the same versions and machine; the commit is not known.",
    )
    assert rows(page.tables[0])["git commit"] == ("not known", "all 2")
    assert rows(page.tables[0])["uncommitted changes"] == ("not known", "all 2")
    page = versions_page([reference(**unknown), run()])
    assert "differ in git commit, uncommitted changes;" in page.text[0]


def test_different_code_for_different_jobs_is_not_marked():
    page = versions_page([reference(code="one"), run(code="two")])
    assert len(page.text) == 1 and not page.tables[1].marked


class Markup(HTMLParser):
    """Tags of a page, and all links and sources in it."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        """Collect the tag and its addresses."""
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href")]


def test_markup_in_values_is_escaped():
    bad = "<script>alert('x')</script> & \"co\""
    text = render(Page(bad, (bad,), (Table(bad, (bad,), ((bad,),)),)))
    assert "script" not in Markup(text).tags
    assert text.count("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &#34;co&#34;") == 6


def test_highlighted_rows_are_marked():
    table = Table("t", ("a", "b"), (("1", "2"), ("3", "4")), frozenset({1}))
    text = "".join(line.strip() for line in render(Page("t", (), (table,))).splitlines())
    assert '<tr><th scope="row">1</th><td>2</td></tr>' in text
    assert '<tr class="marked"><th scope="row">3</th><td>4</td></tr>' in text


def test_a_row_that_does_not_fit_the_columns_is_refused():
    with pytest.raises(ValueError, match="t: expected 2 cells, received 1"):
        Table("t", ("a", "b"), (("1",),))


@pytest.fixture
def arguments(tmp_path, settings):
    """Arguments of the command, with two synthetic files."""
    files = {"references": reference(), "runs": run()}
    words = ["summary", "--settings", json.dumps(settings)]
    for name, content in files.items():
        storage.write(tmp_path / f"{name}.h5", content)
        words += [f"--{name}", str(tmp_path / f"{name}.h5")]
    for page in PAGES:
        words += [f"--{page}-page", str(tmp_path / f"{page}.html")]
    return words


def test_the_command_writes_self_contained_pages(arguments, tmp_path):
    assert main(arguments) == 0
    for page in PAGES:
        text = (tmp_path / f"{page}.html").read_text()
        markup = Markup(text)
        assert "table" in markup.tags and not markup.addresses
        assert "http" not in text and "@import" not in text and "url(" not in text


def test_files_of_another_kind_are_refused_in_one_line(arguments, tmp_path, caplog):
    run_file, reference_file = str(tmp_path / "runs.h5"), str(tmp_path / "references.h5")
    swapped = [reference_file if word == run_file else word for word in arguments]
    assert main(swapped) == 1
    (record,) = caplog.records
    assert record.getMessage().endswith("expected a run file, found a reference file")


def test_invalid_settings_are_refused_in_one_line(arguments, caplog):
    arguments[2] = arguments[2].replace('"smoothing": 10', '"smoothing": 0', 1)
    assert main(arguments) == 2
    (record,) = caplog.records
    assert "setting --settings.scale.figures.smoothing = 0" in record.getMessage()
