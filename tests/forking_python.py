"""A Python for tests that starts without importing libraries.

Importing torch, SciPy and Snakemake takes longer than most commands of the tests. So the tests, and
the jobs of a workflow under test, call a script in place of Python. It sends the arguments,
environment, working folder, CPU affinity, limit on file sizes and open files to a server that has
imported the libraries. A fork of the server then runs the command. The server imports nothing from
this repository, so a fork runs the code of the checkout that the command names.

    python forking_python.py SOCKET PID                  # the server, while PID runs
    python forking_client.py SOCKET SCRIPT ARGUMENT ...  # as `python ARGUMENT ...`
"""

import atexit
import gc
import json
import os
import resource
import runpy
import shutil
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

LIBRARIES = (  # including those that are imported only when they are used
    *("torch", "torch._dynamo", "torch.func", "torch._functorch.eager_transforms"),
    *("torch._decomp.decompositions_for_jvp", "array_api_compat.numpy", "jaxtyping"),
    *("scipy.stats", "scipy.optimize", "scipy.sparse", "h5py", "pydantic", "jinja2", "seaborn"),
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_pdf"),
    *("snakemake.cli", "snakemake.report.html_reporter", "snakemake.storage", "smart_open"),
    *("filelock", "platformdirs", "rich.live", "tabulate", "tqdm"),
)
POLL_SECONDS = 1.0  # between checks that the tests still run


def serve(address: str, tests: int) -> None:
    """Fork for each call, while the process with the id `tests` runs."""
    sys.path.pop(0)  # the folder of this file
    for name in LIBRARIES:
        import_module(name)
    import_module("snakemake.cli").get_argument_parser()  # imports its plugins
    gc.freeze()  # a collection in a fork would copy the memory that it touches
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    with socket.socket(socket.AF_UNIX) as server:
        server.settimeout(POLL_SECONDS)
        server.bind(address)
        server.listen()
        while _runs(tests):
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            if os.fork() == 0:
                _supervise(connection)
            connection.close()
    shutil.rmtree(Path(address).parent)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _supervise(connection: socket.socket) -> None:
    """Run the command in a fork, send its exit status, and exit.

    If the caller is killed, kill the command and its child processes.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rw") as stream:
        request = json.loads(stream.readline())
        command = os.fork()
        if command == 0:
            _run(request, files)
        threading.Thread(target=_kill_at_end_of, args=(stream, command), daemon=True).start()
        status = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
        print(status if status >= 0 else 128 - status, file=stream, flush=True)  # as a shell does
        os._exit(0)


def _kill_at_end_of(stream: TextIO, group: int) -> None:
    stream.readline()  # the caller sends nothing more
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _run(request: dict[str, Any], files: list[int]) -> None:
    """Run as Python would, and exit without tearing the libraries down, which takes seconds."""
    os.setsid()
    for standard, file in enumerate(files):
        os.dup2(file, standard)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    if request["affinity"]:
        os.sched_setaffinity(0, request["affinity"])
    resource.setrlimit(resource.RLIMIT_FSIZE, request["file_bytes"])
    sys.argv = request["arguments"]
    status = 0
    try:
        if request["module"]:
            sys.path[:0] = request["path"]
            if sys.argv[0] == "snakemake":
                sys.executable = request["script"]  # for its jobs
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
            status = 1
        else:
            status = error.code or 0
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
