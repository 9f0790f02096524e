"""Curves in text files, and their phases printed on the terminal."""

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.files.curve_files import read_curve
from pinn_phases.jobs.stopping import Stopped
from tests.analysis.test_phases import plain

ROWS = [(1.0, 3e5), (2.0, 0.5), (10.0, 1e-3)]


@pytest.mark.parametrize(
    "text",
    [
        "1,3e5\n2,0.5\n10,0.001\n",
        "iteration,snr\n1,3e5\n2,0.5\n\n10,0.001",
        "# logged by hand\n1 3e5\n2\t0.5\n10  1e-3\n",
        "step;snr\r\n1;3e5\r\n2;0.5\r\n10;0.001\r\n",
        "\ufeff1,3e5\n2,0.5\n10,0.001\n",
    ],
    ids=["comma", "names", "blanks", "semicolon", "byte order mark"],
)
def test_two_columns_are_read_with_any_separator(tmp_path, text):
    path = tmp_path / "curve.csv"
    path.write_text(text, encoding="utf-8")
    np.testing.assert_array_equal(np.stack(read_curve(path), axis=-1), ROWS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2\n2,x\n", "line 2: expected an iteration and its SNR, received '2,x'"),
        ("1,2,3\n2,3\n", "line 1: expected an iteration and its SNR, received '1,2,3'"),
        ("1,x\n2,3\n", "line 1: expected an iteration and its SNR, received '1,x'"),
        ("1,2\n2,3,4\n", "line 2: expected an iteration and its SNR, received '2,3,4'"),
        ("iteration,snr\n", "expected lines with an iteration and its SNR, found none"),
    ],
)
def test_invalid_text_is_refused_with_its_line(tmp_path, text, message):
    path = tmp_path / "curve.csv"
    path.write_text(text)
    with pytest.raises(Stopped, match=message):
        read_curve(path)


def test_phases_of_a_file_are_printed(tmp_path, capsys):
    path = tmp_path / "curve.csv"
    np.savetxt(path, np.stack(plain(), axis=-1)[::7], delimiter=",", fmt="%.8g")
    assert main(["phases", "--csv", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = ["diffusion", "total diffusion", "late decrease"]
    assert [line.partition(":")[0] for line in lines[:3]] == names
    assert all("from iteration" in line and "confidence" in line for line in lines[:3])


def test_output_is_refused_for_a_curve_and_required_for_a_run(tmp_path, caplog):
    for options in (["--csv", "a.csv", "--output", "b.h5"], ["--run", "a.h5"]):
        assert main(["phases", *options]) == 2
        assert "expected with --run, and not with --csv" in caplog.text
    assert "setting --output = 'b.h5': " in caplog.text and "setting --output: " in caplog.text


def test_a_curve_that_is_too_short_is_reported_in_one_line(tmp_path, caplog):
    path = tmp_path / "curve.csv"
    path.write_text("1,2\n2,3\n")
    assert main(["phases", "--csv", str(path)]) == 1
    assert f"{path}: expected at least 20 usable records, received 2" in caplog.text
