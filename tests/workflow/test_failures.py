"""A failed job's message in the terminal says what failed, why, and which log to read."""

import shutil
from pathlib import Path

from pinn_phases.jobs.failures import failures
from tests.processes import snakemake

RUN = "results/smoke/runs/burgers/rba/seed0.h5"
DIVERGES = ("--config", "scale=smoke", "optimisers={adam: {learning_rate: 1.0e+38}}", "--", RUN)


def test_a_failed_training_is_reported_at_the_end(finished, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(finished, folder)
    done = snakemake(folder, "--cores", "1", *DIVERGES)
    assert done.returncode == 1, done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("failed: ")]
    log = RUN.replace("/runs/", "/logs/runs/").replace(".h5", ".log")
    assert line.startswith(f"failed: train of {RUN}: the loss is not finite at iteration 2 (pde ")
    assert line.endswith(f"; read {log}")
    after = done.stdout[done.stdout.index(line) :].splitlines()
    assert len(after) < 10, after  # still on the screen


def test_every_failed_job_is_named_once(tmp_path):
    (tmp_path / "a.log").write_text("a: iteration 1 of 2\nerror: a.h5: No space left on device\n")
    (tmp_path / "b.log").write_text("Traceback\nKilled\n")
    told = ""
    for name in ("a", "a", "b", "c"):
        told += f"Error in rule {name}:\n    message: None\n    output: {name}.h5\n"
        told += f"    log: {name}.log (check log file(s) for error details)\n    shell:\n"
        told += "        python\n[Wed Nov 25 12:44:23 2026]\n"
    told += "Error in rule bare:\n    jobid: 0\n"
    assert failures(told, Path(tmp_path)) == [
        "failed: a of a.h5: a.h5: No space left on device; read a.log",
        "failed: b of b.h5: Killed; read b.log",
        "failed: c of c.h5: it wrote no messages; read c.log",
        "failed: bare: it has no log",
    ]
