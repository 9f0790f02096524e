"""Fast jobs: a server that has imported the libraries forks a process for each job.

Importing torch and SciPy takes longer than most jobs of the tests. So Snakemake calls this file in
place of Python. It sends the job's arguments, environment, working folder and open files to the
server. A fork of the server then runs the `workflow` folder of that job, of which the server itself
has imported nothing.

    python forked_jobs.py SOCKET                                        # the server
    python forked_jobs.py SOCKET -X utf8 -E FOLDER ARGUMENT ...         # a job
"""

import atexit
import gc
import json
import os
import runpy
import signal
import socket
import sys
import time
import traceback
from importlib import import_module
from typing import TextIO

LIBRARIES = (
    *("torch", "torch._dynamo", "torch.func", "scipy.stats", "scipy.optimize", "scipy.sparse"),
    *("h5py", "pydantic", "seaborn", "matplotlib.figure", "matplotlib.backends.backend_agg"),
    *("matplotlib.backends.backend_pdf", "jinja2"),
)
OPTIONS = ["-X", "utf8", "-E"]  # of Python, for the server and all jobs
START_SECONDS = 120.0  # of the server; a few on an idle machine
PARENT_SECONDS = 10.0  # between checks that the parent process is alive


def serve(address: str) -> None:
    """Fork for each job, until the parent process ends."""
    parent = os.getppid()
    for name in LIBRARIES:
        import_module(name)
    gc.freeze()  # a collection in a fork would copy the memory that it touches
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    with socket.socket(socket.AF_UNIX) as server:
        server.settimeout(PARENT_SECONDS)
        server.bind(address)
        server.listen()
        while os.getppid() == parent:
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            if os.fork() == 0:
                _supervise(connection)
            connection.close()


def _supervise(connection: socket.socket) -> None:
    """Run the requested job in a fork, send its exit status, and exit."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rw") as stream:
        request = json.loads(stream.readline())
        job = os.fork()
        if job == 0:
            _run(request, files)
        status = os.waitstatus_to_exitcode(os.waitpid(job, 0)[1])
        _write_line(stream, status if status >= 0 else 128 - status)  # as a shell does
    os._exit(0)


def _run(request: dict, files: list[int]) -> None:
    """Run as Python would, and exit without tearing the libraries down, which takes seconds."""
    for standard, file in enumerate(files):
        os.dup2(file, standard)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = request["arguments"]
    status = 0
    try:
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


def call(address: str, arguments: list[str]) -> int:
    """Run a job on the server and return its exit status."""
    with _connected(address) as server, server.makefile("rw") as stream:
        socket.send_fds(server, [b" "], [0, 1, 2])
        around = {"folder": os.getcwd(), "environment": dict(os.environ)}
        _write_line(stream, {"arguments": arguments, **around})
        return int(stream.readline())


def _connected(address: str) -> socket.socket:
    """Return a connection to the server, which may still be starting."""
    end = time.monotonic() + START_SECONDS
    while True:
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(address)
            return server
        except (FileNotFoundError, ConnectionRefusedError):
            server.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _write_line(stream: TextIO, content: object) -> None:
    stream.write(json.dumps(content) + "\n")
    stream.flush()


def main() -> None:
    """Serve, or run a job."""
    address, *arguments = sys.argv[1:]
    if not arguments:
        serve(address)
    elif arguments[: len(OPTIONS)] == OPTIONS:
        sys.exit(call(address, arguments[len(OPTIONS) :]))
    else:  # not a job
        os.execv(sys.executable, [sys.executable, *arguments])


if __name__ == "__main__":
    main()
