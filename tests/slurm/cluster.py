"""A Slurm cluster of one node on this machine, configured in its own folder."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scancel", "scontrol", "sinfo", "squeue")
SYSTEM_CONFIGURATION = Path("/etc/slurm/slurm.conf")  # job steps look nowhere else
START_SECONDS = 120.0

# CPUs and memory are nominal, for the scheduler. Each GPU is a character device, which Slurm needs
# to number GPUs in CUDA_VISIBLE_DEVICES.
CONFIGURATION = """\
ClusterName=lab
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge.socket
SlurmctldPort=16817
SlurmdPort=16818
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=2
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/log/completed.txt
MinJobAge=3600
KillWait=5
ReturnToService=2
MailProg=/bin/true
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=64000 Gres=gpu:4 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=01:00:00 State=UP
PartitionName=gpu Nodes=ALL MaxTime=01:00:00 State=UP
"""
GPUS = "Name=gpu File=/dev/tty[0-3]\n"


def reason_against() -> str | None:
    """Return why no cluster can be started here; None if one can."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=_path()) is None]
    if missing:
        return f"{missing[0]} is not installed (Debian: apt-get install slurm-wlm munge)"
    if os.geteuid() != 0:
        return "Slurm's daemons are started as root, and this is not root"
    if not Path("/dev/tty3").is_char_device():
        return "/dev/tty0 to /dev/tty3, which represent GPUs, are missing"
    if SYSTEM_CONFIGURATION.exists():
        return f"{SYSTEM_CONFIGURATION} exists: this machine has its own Slurm"
    return None


@dataclass(frozen=True)
class Cluster:
    """A running cluster."""

    folder: Path

    def call(self, *command: str) -> str:
        """Return the output of a Slurm command."""
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        return done.stdout

    def jobs(self, rule: str) -> dict[int, str]:
        """Jobs of a rule so far, oldest first, each with its state."""
        lines = self.call("squeue", "--noheader", "--states=all", "--format=%A %T %k").splitlines()
        found = (line.split(maxsplit=2) for line in lines)
        named = ((job, state, comment) for job, state, comment in found if rule in comment)
        return dict(sorted((int(job), state) for job, state, _ in named))

    def job(self, number: int) -> str:
        """Everything the controller knows about a job."""
        return self.call("scontrol", "show", "job", str(number), "--oneliner", "--details")

    def start_controller(self) -> None:
        """Start the controller with its saved state, if any."""
        self.call("slurmctld", "-f", f"{self.folder}/etc/slurm.conf")
        wait_until(self._is_idle, START_SECONDS, "the node of the cluster to be ready")

    def stop_controller(self) -> None:
        """Stop the controller and wait for its end; jobs continue."""
        _stop(self.folder / "run/slurmctld.pid")

    def _is_idle(self) -> bool:
        done = subprocess.run(
            ["sinfo", "--noheader", "--format=%t"], capture_output=True, text=True, timeout=60
        )
        return bool(done.stdout) and set(done.stdout.split()) <= {"idle", "mix", "alloc"}


@contextmanager
def running_cluster(cpus: int) -> Iterator[Cluster]:
    """Start a cluster whose node reports `cpus` CPUs; stop it and its jobs at the end."""
    os.environ["PATH"] = _path()
    # Not below pytest's folder: munge requires a folder that other users may enter.
    with tempfile.TemporaryDirectory(prefix="slurm-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _daemons(folder, cpus) as cluster:
            yield cluster


@contextmanager
def _daemons(folder: Path, cpus: int) -> Iterator[Cluster]:
    """Configure and start the three daemons."""
    for name in ("etc", "run", "log", "state", "spool"):
        (folder / name).mkdir(mode=0o755)
    key = folder / "etc/munge.key"
    key.write_bytes(secrets.token_bytes(1024))
    key.chmod(0o400)
    configuration = folder / "etc/slurm.conf"
    host = socket.gethostname().partition(".")[0]
    configuration.write_text(CONFIGURATION.format(folder=folder, host=host, cpus=cpus))
    (folder / "etc/gres.conf").write_text(GPUS)
    SYSTEM_CONFIGURATION.parent.mkdir(exist_ok=True)
    SYSTEM_CONFIGURATION.symlink_to(configuration)
    cluster = Cluster(folder)
    try:
        munge = {"socket": "munge.socket", "pid-file": "munged.pid", "seed-file": "munged.seed"}
        files = [f"--{option}={folder}/run/{name}" for option, name in munge.items()]
        logs = f"--log-file={folder}/log/munged.log"
        cluster.call("munged", *files, f"--key-file={key}", logs)
        subprocess.run(["slurmctld", "-c", "-f", configuration], check=True, timeout=60)
        subprocess.run(["slurmd", "-f", configuration], check=True, timeout=60)
        wait_until(cluster._is_idle, START_SECONDS, "the node of the cluster to be ready")
        try:
            yield cluster
        finally:
            cluster.call("scancel", "--user=root")
            wait_until(
                lambda: not cluster.call("squeue", "--noheader"),
                START_SECONDS,
                "the last jobs to end",
            )
    finally:
        for name in ("slurmd", "slurmctld", "munged"):
            _stop(folder / f"run/{name}.pid")
        SYSTEM_CONFIGURATION.unlink()


def wait_until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Wait until a condition holds; raise TimeoutError after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"timeout after {seconds:.0f} s of waiting for {what}")
        time.sleep(0.1)


def _stop(pid_file: Path) -> None:
    """Stop the daemon of a PID file and wait for its end."""
    try:
        process = int(pid_file.read_text())
        os.kill(process, signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError):
        return
    wait_until(
        lambda: not Path(f"/proc/{process}").exists(), START_SECONDS, f"the end of {pid_file}"
    )


def _path() -> str:
    """Search path that includes the folders of daemons."""
    return os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])
