"""Sections and labels of the figures in the report."""

import re
from types import SimpleNamespace

import pytest

from pinn_phases.figures.base import figure_module
from pinn_phases.figures.drawing import listing
from pinn_phases.plugins import FIGURES, names
from pinn_phases.settings.scales import load_scales


@pytest.fixture
def settings(config):
    """Settings of the smallest scale."""
    return load_scales(config)["smoke"]


@pytest.fixture
def rows(settings):
    """Labels of all figures, by section."""
    found = {}
    for name in names(FIGURES):
        found.setdefault(listing.section(name), []).append(listing.labels(name, settings))
    return found


@pytest.mark.parametrize("name", names(FIGURES))
def test_every_figure_has_a_caption_and_a_section(name, repository):
    caption = repository / f"workflow/report/{name}.rst"
    assert caption.is_file(), f"{name} needs a caption: {caption.relative_to(repository)}"
    stated = getattr(figure_module(name), "SECTION", None)
    assert isinstance(stated, listing.Section), (
        f"{name} needs SECTION = Section..., next to REQUIREMENT"
    )


def test_every_caption_belongs_to_a_figure(repository):
    captions = {path.stem for path in (repository / "workflow/report").glob("fig*.rst")}
    assert captions == set(names(FIGURES))


@pytest.mark.parametrize("name", names(FIGURES))
def test_the_figure_number_matches_the_file_name(name):
    number, subject = listing.heading(name)
    assert f"fig{number.replace('.', '')}" == name
    assert subject


def test_a_row_shows_subject_benchmark_and_methods(settings, monkeypatch):
    assert listing.labels("fig9", settings) == {
        "figure": "9",
        "shows": "training dynamics of the lid-driven cavity flow",
        "benchmark": "Lid-driven cavity",
        "methods": "Vanilla, RBA",
        "PDF": "fig9.pdf",
    }
    monkeypatch.setattr(listing, "names", lambda _: figure_module("figA13").REQUIREMENT.problems)
    assert listing.labels("figA13", settings)["benchmark"] == "all"
    assert listing.labels("figA13", settings)["methods"] == "RBA"
    assert listing.labels("fig3", settings)["benchmark"] == "computed"
    assert listing.labels("fig3", settings)["methods"] == "none"


def test_figures_and_sections_are_sorted_as_in_the_paper(rows):
    """The report sorts as text, where "10" comes before "9"."""
    in_order = [row["figure"] for section in sorted(rows) for row in _sorted(rows[section])]
    assert in_order[:14] == [*map(str, range(1, 13)), "A.13", "A.14"]
    assert in_order[14:18] == ["S.1", "S.2", "S.3", "S.4"]
    assert in_order[18:] == [f"S.{number}" for number in range(5, len(in_order) - 13)]


def _sorted(section):
    return sorted(section, key=lambda row: row["figure"])


def test_no_column_of_a_section_becomes_a_switch(rows):
    """The report turns a single column with two values, each in half of the rows, into a switch.

    It then expects, for each row, one with the other value and otherwise the same labels; without
    one it shows an empty page. Two such columns stay columns.
    """
    for section, labels in rows.items():
        columns = [[row[column] for row in labels] for column in list(labels[0])[1:]]
        switches = [
            values
            for values in columns
            if len(set(values)) == 2 and all(2 * values.count(v) == len(values) for v in values)
        ]
        assert len(switches) != 1, f"{section}: {switches[0]} would be a switch in the report"


def test_names_of_sections_can_be_link_targets():
    assert not [section for section in listing.Section if re.search("[:`_<>]", section)]


@pytest.mark.parametrize("docstring", [None, "", "Figure 6.", "The figure.\n\nFigure 6: this."])
def test_a_docstring_of_another_form_is_refused(docstring, monkeypatch):
    monkeypatch.setattr(listing, "figure_module", lambda name: SimpleNamespace(__doc__=docstring))
    with pytest.raises(ValueError, match="^fig6: expected a docstring that starts with a line"):
        listing.heading("fig6")
