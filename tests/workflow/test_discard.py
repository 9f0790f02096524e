"""Nothing is trained twice, which is said; a run that is discarded is trained from nothing."""

import subprocess
import sys

from tests.faults.repository import RUN, TARGET, copied_repository, training_log
from tests.workflow.conftest import snakemake


def test_what_is_not_trained_again_is_said_last_until_it_is_discarded(tmp_path, repository):
    folder = copied_repository(tmp_path, {"iterations": 30})

    def call(*options):
        done = snakemake(folder, "--cores", "1", *options, *TARGET)
        assert done.returncode == 0, done.stdout
        notes = [line for line in done.stdout.splitlines() if line.startswith("note: ")]
        return notes[1:], training_log(folder).read_text()  # the first is the training's own

    assert call()[0] == []
    (note,), log = call("--forceall")
    assert "continues after iteration 30" in log
    assert note.startswith("note: nothing was left to train") and note.endswith("(1 training)")
    command = [sys.executable, "-m", "pinn_phases", "discard", str(RUN)]
    environment = {"PYTHONPATH": str(repository / "workflow")}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    notes, log = call()
    assert notes == [] and "continues after" not in log
