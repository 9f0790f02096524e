"""Snakemake's report: all its sections exist, and everything that it links to.

The content of the files does not matter: dummies replace figures and tables, so nothing is trained.
"""

import json
import re
import zipfile

import pytest
import yaml

from pinn_phases.figures.base import requirement
from pinn_phases.figures.drawing.listing import Section, file_name, section
from pinn_phases.plugins import FIGURES, names
from pinn_phases.settings.scales import load_scales
from pinn_phases.summary.claims import figure_link
from tests.processes import snakemake
from tests.workflow.conftest import REPOSITORY, copy_repository

SMOKE = load_scales(yaml.safe_load((REPOSITORY / "config.yaml").read_text()))["smoke"]
DRAWN = [figure for figure in names(FIGURES) if requirement(figure).is_met_by(SMOKE)]
TABLES = {
    "claims": "Claims",
    "seeds": "Statistics over seeds",
    "agreement": "Agreement with the authors",
    "summary/settings": "Settings",
    "summary/references": "Reference solutions",
    "summary/trainings": "Trainings",
    "summary/versions": "Versions",
}
VARIABLE = re.compile(r"^ *var (\w+) = (.*);$", re.MULTILINE)  # data in the page, as JSON
LINK = re.compile(r'href="([^"]*)"')
OPENS = "javascript:app.setView("  # a figure with its caption
INSIDE = ("javascript:app.show", "javascript:show_panel(", OPENS)  # links that stay in the report


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Files in the report, by name, and Snakemake's output."""
    folder = copy_repository(tmp_path_factory.mktemp("repository"))
    files = [f"paper_figures/{figure}.{kind}" for figure in DRAWN for kind in ("pdf", "png")]
    files += [f"results/smoke/{table}.html" for table in TABLES]
    files += [f"results/smoke/figures/{file_name(figure, SMOKE)}.pdf" for figure in DRAWN]
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("made up")
    done = snakemake(folder, "--report", "report.zip", "--config", "scale=smoke")
    assert done.returncode == 0, done.stdout
    with zipfile.ZipFile(folder / "report.zip") as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}, done.stdout


@pytest.fixture(scope="module")
def page(archive):
    """Data that the page shows: results, categories, description."""
    text = archive[0]["report/report.html"].decode()
    found = dict(VARIABLE.findall(text))
    return {name: json.loads(found[name]) for name in ("results", "categories", "workflow_desc")}


def test_every_section_and_table_is_a_category(page):
    assert page["categories"].keys() >= {*Section, *TABLES.values()}


def test_every_figure_is_listed_with_number_benchmark_and_methods(page):
    assert len([r for r in page["results"] if r.startswith("paper_figures/")]) == len(DRAWN)
    labels = page["results"]["paper_figures/fig9.png"]["labels"]
    assert (labels["figure"], labels["benchmark"]) == ("9", "Lid-driven cavity")
    assert labels["methods"] == "Vanilla, RBA"
    assert "paper_figures/fig9.png" in page["categories"][Section.TOTAL_DIFFUSION]["Other"]


def test_every_file_on_the_page_exists(page, archive):
    for result in page["results"].values():
        assert archive[0][f"report/{result['data_uri']}"] == b"made up"


def test_the_index_opens_each_figure(page):
    opened = re.findall(rf"{re.escape(OPENS)}.*?results\['([^']+)'\]", page["workflow_desc"])
    assert opened == [f"paper_figures/{figure}.png" for figure in _in_order(DRAWN)]
    assert set(opened) <= page["results"].keys()


def _in_order(figures):
    """Sort figures as the index does: by section, then as the report sorts their numbers."""
    return sorted(figures, key=lambda name: (section(name), f"paper_figures/{name}.png"))


def test_each_figure_is_available_as_pdf_under_a_searchable_name(page):
    pdfs = page["categories"]["Figures as PDF"]["Other"]
    assert len(pdfs) == len(DRAWN) and all(name.endswith(".pdf") for name in pdfs)
    # Match a term as SearchResults in Snakemake's report does.
    assert any("fig9" in name for name in page["results"] if "cavity" in name)


def test_the_claims_page_links_to_figures_in_the_report(page):
    uri = page["results"]["paper_figures/figA13.png"]["data_uri"]
    assert figure_link("Fig. A.13").in_report == uri.replace("data/raw", "..")


def test_every_link_stays_in_the_report(page):
    texts = [page["workflow_desc"], *(result["caption"] for result in page["results"].values())]
    links = [link for text in texts for link in LINK.findall(text)]
    assert len(links) > len(DRAWN)
    assert not [link for link in links if not link.startswith(INSIDE)]


def test_captions_are_filled_in_and_free_of_mistakes(page, archive):
    for name, result in page["results"].items():
        assert len(result["caption"]) > 100, name
    assert "Scale smoke, seeds 0." in page["results"]["paper_figures/fig9.png"]["caption"]
    assert "scale <strong>smoke</strong>" in page["workflow_desc"]
    for text in (archive[1], page["workflow_desc"]):
        assert not re.search(r"\((ERROR|WARNING)/\d\)|system-message", text)  # docutils


def test_the_report_uses_our_style_sheet(archive):
    """The profile, which Snakemake loads by default, names it."""
    assert b"align-items: safe center" in archive[0]["report/report.html"]
