"""Processes share a GPU only on request. A fake pynvml provides the GPUs."""

import runpy
import signal
import subprocess
import sys
from collections import Counter
from types import SimpleNamespace

import pynvml
import pytest

from pinn_phases.files import storage
from pinn_phases.jobs.gpus import JOBS_PER_GPU, VISIBLE, Gpu, gpus_of_this_machine, take_gpu
from pinn_phases.strict_model import SettingsError
from tests.training.conftest import make_settings, reference  # noqa: F401

# Takes a GPU, prints which, and holds it until its input ends.
HOLDER = """
import logging, os, sys
from pathlib import Path
from pinn_phases.files import storage
from pinn_phases.jobs.gpus import take_gpu
logging.basicConfig(level="INFO", stream=sys.stderr, format="%(message)s")
held = take_gpu(folder=Path(sys.argv[1]))
print(os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
sys.stdin.read()
"""

FAKE_PYNVML = """
class NVMLError(Exception): pass
class NVMLError_LibraryNotFound(NVMLError): pass
def nvmlInit(): pass
def nvmlShutdown(): pass
def nvmlDeviceGetCount(): return {count}
def nvmlDeviceGetHandleByIndex(index): return index
def nvmlDeviceGetUUID(index): return f"GPU-{{index}}{{index}}{{index}}"
"""


@pytest.fixture
def machine(tmp_path, monkeypatch, repository):
    """Return a function that simulates GPUs for this process and its children."""
    monkeypatch.delenv(VISIBLE, raising=False)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{repository / 'workflow'}")
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # where the locks are

    def make(count: int) -> None:
        module = tmp_path / "pynvml.py"
        module.write_text(FAKE_PYNVML.format(count=count))
        fake = SimpleNamespace(**runpy.run_path(str(module)))
        monkeypatch.setattr("pinn_phases.jobs.gpus.pynvml", fake)

    return make


@pytest.fixture
def holder(tmp_path):
    """Return a function that starts a process with a GPU; all end with the test."""
    processes = []

    def start() -> subprocess.Popen[str]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = [sys.executable, "-c", HOLDER, str(tmp_path / "gpus")]
        process = subprocess.Popen(command, text=True, **pipes)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def gpu_of(process: subprocess.Popen[str]) -> str:
    """Wait until a process has a GPU, and return it."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def waits(process: subprocess.Popen[str]) -> bool:
    """Whether the first message of a process is that it waits."""
    assert process.stderr is not None
    return process.stderr.readline().startswith("waiting for a GPU")


def test_concurrent_processes_get_a_gpu_each(machine, holder):
    machine(4)
    assert {gpu_of(p) for p in [holder() for _ in range(4)]} == {
        *("GPU-000", "GPU-111", "GPU-222", "GPU-333")
    }


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_late_process_waits_for_the_gpu_of_one_that_ends(machine, holder, end):
    machine(2)
    owners = {gpu_of(p): p for p in [holder(), holder()]}
    late = holder()
    assert waits(late)
    owners["GPU-111"].send_signal(end)
    assert gpu_of(late) == "GPU-111"


def test_two_processes_share_a_gpu_on_request_and_gpus_fill_evenly(machine, holder, monkeypatch):
    monkeypatch.setenv(JOBS_PER_GPU, "2")
    machine(2)
    first = [gpu_of(holder()) for _ in range(2)]
    assert sorted(first) == ["GPU-000", "GPU-111"]
    assert Counter(first + [gpu_of(holder()) for _ in range(2)]) == {"GPU-000": 2, "GPU-111": 2}
    assert waits(holder())


@pytest.mark.parametrize("given", ["3", "GPU-333", ""])
def test_an_assigned_gpu_is_kept(machine, tmp_path, given):
    machine(4)
    environment = {VISIBLE: given}
    assert take_gpu(environment, tmp_path / "gpus") is None
    assert environment == {VISIBLE: given}


@pytest.mark.parametrize("given", ["1,2", "GPU-111, GPU-222", "GPU-1,GPU-22,"])
def test_one_of_several_assigned_gpus_is_taken(machine, tmp_path, given):
    machine(4)
    environments = [{VISIBLE: given}, {VISIBLE: given}]
    held = [take_gpu(environment, tmp_path / "gpus") for environment in environments]
    assert [environment[VISIBLE] for environment in environments] == ["GPU-111", "GPU-222"]
    for lock in held:
        lock.release()


@pytest.mark.parametrize("given", ["MIG-111,MIG-222", "7,8"])
def test_unknown_names_reserve_nothing_and_are_reported(machine, tmp_path, caplog, given):
    machine(4)
    environment = {VISIBLE: given}
    assert take_gpu(environment, tmp_path / "gpus") is None
    assert environment == {VISIBLE: given}
    assert caplog.messages == [
        f"{VISIBLE}={given} names no GPU of this machine, so none is reserved"
    ]


@pytest.mark.parametrize(
    ("error", "messages"),
    [
        (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, []),
        (pynvml.NVML_ERROR_DRIVER_NOT_LOADED, ["NVML: Driver Not Loaded"]),
    ],
)
def test_without_gpus_nothing_is_set(tmp_path, monkeypatch, caplog, error, messages):
    def fail():
        raise pynvml.NVMLError(error)

    monkeypatch.setattr(pynvml, "nvmlInit", fail)
    environment = {}
    assert take_gpu(environment, tmp_path / "gpus") is None
    assert environment == {} and not (tmp_path / "gpus").exists()
    assert caplog.messages == messages


def test_gpus_are_listed_with_index_and_uuid(machine):
    machine(2)
    assert gpus_of_this_machine() == [Gpu("0", "GPU-000"), Gpu("1", "GPU-111")]


def test_the_gpus_of_this_machine_are_listed():
    """With the real pynvml, whether or not there is a driver."""
    assert all(gpu.uuid.startswith("GPU-") for gpu in gpus_of_this_machine())


@pytest.mark.parametrize("value", ["0", "many", "1.5", ""])
def test_a_bad_number_of_jobs_per_gpu_is_named(tmp_path, value):
    with pytest.raises(SettingsError, match=f"{JOBS_PER_GPU} = '{value}': expected a whole number"):
        take_gpu({JOBS_PER_GPU: value}, tmp_path)


@pytest.mark.parametrize("gpus", ["0", "1"])
def test_a_training_takes_a_gpu_if_it_uses_one(machine, tmp_path, reference, gpus):  # noqa: F811
    machine(1)
    settings = make_settings(iterations=1).model_dump_json()
    storage.write(tmp_path / "reference.h5", reference)
    files = ("--reference", tmp_path / "reference.h5", "--output", tmp_path / "run.h5")
    command = [sys.executable, "-m", "pinn_phases", "train", "--settings", settings, *files]
    done = subprocess.run([*command, "--gpus", gpus], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert ("GPU 0 of this machine, GPU-000" in done.stderr) == (gpus == "1")
