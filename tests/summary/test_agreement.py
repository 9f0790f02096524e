"""Page and command that compare runs with the authors' curves, with synthetic files."""

import json
import re

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.summary.agreement import agreement_page, as_plain, compare_with_published

PAPER = {
    "problem": "cavity",
    "method": "rba",
    "seed": 0,
    "training": {"points": 25600, "iterations": 3000},
}
PUBLISHED_ITERATIONS = np.arange(0, 3001, 100)
RUN_ITERATIONS = np.arange(1, 2001)


def falling_error(iterations, half, tenth):
    """Return an error that falls below 50 % at iteration `half` and below 10 % at `tenth`."""
    return np.where(iterations >= tenth, 0.05, np.where(iterations >= half, 0.4, 1.0))


def published(found=None):
    """Return a published curve: error below 50 % at 500, below 10 % at 1,500; SNR 8."""
    arrays = {
        "error/iteration": PUBLISHED_ITERATIONS,
        "error/relative_l2": falling_error(PUBLISHED_ITERATIONS, 500, 1500),
        "gradients/iteration": PUBLISHED_ITERATIONS[1:],
        "gradients/snr": np.full(30, 8.0),
    }
    attributes = {
        "settings": {"problem": "cavity", "method": "rba", "seed": 2341, "scale": "authors"},
        "drawn": {"diffusion": 100, "total_diffusion": 1200},
        "found": {"diffusion": found, "total_diffusion": None},
        "paper": PAPER,
    }
    return Content("published", arrays, attributes)


def settings(seed, points):
    training = {"points": points, "iterations": 2000}
    return {
        "scale": "made",
        "problem": "cavity",
        "method": "rba",
        "seed": seed,
        "training": training,
    }


def run(seed, half, points=25600):
    arrays = {
        "history/iteration": RUN_ITERATIONS,
        "history/relative_l2": falling_error(RUN_ITERATIONS, half, 3 * half),
        "history/snr": np.full(2000, 2.0 * (1 + seed)),
    }
    return Content("run", arrays, {"settings": settings(seed, points)})


def phases(seed, diffusion, points=25600):
    attributes = {"diffusion": diffusion and {"iteration": diffusion}, "total_diffusion": None}
    return Content("phases", {}, {"settings": settings(seed, points), **attributes})


def cells(page, title):
    (table,) = (table for table in page.tables if table.title == title)
    return [dict(zip(table.head, row, strict=True)) for row in table.rows]


@pytest.fixture
def compared():
    """Three seeds compared with the published curve."""
    runs = [run(0, 250), run(1, 500), run(2, 1000)]
    starts = [phases(0, 50.0), phases(1, 200.0), phases(2, None)]
    return [compare_with_published(published({"iteration": 170.0}), runs, starts)]


def test_the_page_shows_values_and_ratios_for_each_seed_and_the_median(compared):
    page = agreement_page(compared, "paper")
    half, tenth, final = cells(page, "Errors")
    assert half["quantity"] == "below 50%"
    assert list(half.values())[3:] == [
        *("2,000", "500", "300 (0.600)", "500 (1.00)", "1,000 (2.00)", "500 (1.00)"),
    ]
    assert (tenth["authors"], tenth["seed 0"]) == ("1,500", "800 (0.533)")
    assert tenth["seed 2"] == "> 2,000 (at least 1.33)"
    assert (final["authors"], final["seed 2"]) == ("0.0500", "0.400 (8.00)")
    assert page.text[0] == (
        "Scale paper: all runs have the paper's sizes, so the curves are comparable."
    )
    late = cells(page, "Median SNR by half decade")[-1]
    assert late["iterations"] == "1,000 to 2,000"
    assert [late[f"seed {n}"] for n in range(3)] == ["2.00 (0.250)", "4.00 (0.500)", "6.00 (0.750)"]


def test_missing_boundaries_are_shown_as_not_found(compared):
    first, second = cells(agreement_page(compared, "paper"), "Boundaries of the phases")
    assert (first["start of"], first["authors, by hand"]) == ("diffusion", "100")
    assert first["authors, by our search"] == "170"
    assert [first[f"seed {n}"] for n in range(3)] == ["50 (0.500)", "200 (2.00)", "not found"]
    assert first["median"] == "200 (2.00)"
    assert second["authors, by our search"] == second["median"] == "not found"


def test_one_seed_has_no_median(compared):
    page = agreement_page(
        [compare_with_published(published(), [run(0, 250)], [phases(0, None)])], "paper"
    )
    assert all(table.head[-1] == "seed 0" for table in page.tables[:3])


def test_departures_of_the_authors_code_are_listed(compared):
    rows = cells(
        agreement_page(compared, "paper"),
        "Where the authors' code departs from the paper's text, which our runs follow",
    )
    departures = {row["subject"]: row for row in rows}
    assert departures["collocation points of the cavity"]["authors' code"] == "10,000"
    assert {"parameters in the SNR", "random numbers"} <= departures.keys()
    assert "periodic boundary of Allen-Cahn" not in departures
    assert all(row["benchmarks"] == "Lid-driven cavity" for row in rows)


def test_every_row_marks_runs_of_other_sizes_as_not_comparable():
    small = [
        compare_with_published(
            published(), [run(0, 250, points=1600)], [phases(0, 50.0, points=1600)]
        )
    ]
    page = agreement_page(small, "laptop")
    expected = "Scale laptop: not comparable with the authors' curves: Lid-driven cavity, RBA."
    assert expected in page.text[0]
    for table in page.tables[:3]:
        assert {row[0] for row in table.rows} == {"Lid-driven cavity (not comparable)"}
    assert cells(page, "Sizes that differ from the paper's") == [
        {
            "benchmark": "Lid-driven cavity (not comparable)",
            "method": "RBA",
            "setting": "training.points",
            "value here": "1600",
            "value in the paper": "25600",
        }
    ]
    (plain,) = as_plain(small)
    assert plain["comparable"] is False
    assert plain["other_sizes"] == {"training.points": [1600, 25600]}


def test_plain_values_hold_everything_on_the_page(compared):
    (plain,) = json.loads(json.dumps(as_plain(compared)))
    assert plain["comparable"] is True and plain["last"] == 2000
    tenth = plain["errors"]["below 10%"]
    assert tenth["authors"] == {"value": 1500, "censored": False}
    expected = {"value": 2000, "censored": True, "over_authors": 2000 / 1500, "bound": "at least"}
    assert tenth["ours"]["2"] == expected
    boundary = plain["boundaries"]["diffusion"]
    assert (boundary["authors_by_our_search"], boundary["ours"]["2"]["value"]) == (170.0, None)
    assert plain["snr"][-1]["median"]["over_authors"] == 0.5


@pytest.fixture
def call(tmp_path):
    """Store contents and call the command; return its exit status and output files."""

    def run_command(*contents):
        paths = [tmp_path / f"{number}.h5" for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            storage.write(path, content)
        outputs = [tmp_path / f"agreement.{kind}" for kind in ("json", "markdown", "html")]
        options = [word for path in outputs for word in (f"--{path.suffix[1:]}", str(path))]
        arguments = ["agreement", "--scale", "made", "--inputs", *map(str, paths), *options]
        return main(arguments), outputs

    return run_command


def test_the_command_takes_files_in_any_order_and_skips_unpaired_ones(call):
    unpaired = run(0, 250)
    unpaired.attributes["settings"]["method"] = "vanilla"  # not published
    files = (phases(1, 50.0), run(1, 500), unpaired, published(), run(0, 250), phases(0, 70.0))
    status, (as_json, as_markdown, as_html) = call(*files)
    assert status == 0
    (pair,) = json.loads(as_json.read_text())["pairs"]
    assert list(pair["errors"]["below 50%"]["ours"]) == ["0", "1"]
    assert pair["errors"]["below 50%"]["ours"]["0"]["value"] == 300
    assert re.search(r"300 \(0\.600\) +\| 500 \(1\.00\)", as_markdown.read_text())
    assert "300 (0.600)" in as_html.read_text()


def test_the_page_states_that_there_is_nothing_to_compare(call):
    status, (as_json, as_markdown, _) = call()
    assert status == 0 and json.loads(as_json.read_text())["pairs"] == []
    assert (
        "no problem and method for which the authors published a curve" in as_markdown.read_text()
    )


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ((published(), run(0, 250)), "cavity with rba: expected a phases file for each run"),
        ((Content("reference", {}, {}),), "expected one of run, phases, published, found a ref"),
    ],
)
def test_unsuitable_files_are_refused_in_one_line(call, caplog, files, message):
    status, outputs = call(*files)
    assert status == 1 and not any(path.exists() for path in outputs)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("error: ") and message in line
