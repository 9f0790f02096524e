"""Run Python by a fork of the server in `forking_python`; few imports, so that it starts quickly.

    python forking_client.py SOCKET SCRIPT ARGUMENT ...  # as `python ARGUMENT ...`

Forks run `-X utf8 -E FOLDER ...`, as the rules of the workflow do, and `[-P] -m MODULE ...`. Any
other arguments, such as `-c`, start Python itself.
"""

import json
import os
import resource
import socket
import sys
import time

START_SECONDS = 120.0  # limit for the start of the server, which takes a few on an idle machine


def call(address: str, script: str, arguments: list[str]) -> int:
    """Run a command on the server and return its exit status.

    Parameters
    ----------
    script
        File that is used in place of Python, for Snakemake to start its jobs with.
    """
    folder = os.getcwd()
    path = [folder, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    match arguments:
        case ["-X", "utf8", "-E", first, *rest] if first != "-m":
            module = False
        case ["-P", "-m", first, *rest]:
            module, path = True, path[1:]
        case ["-m", first, *rest]:
            module = True
        case _:
            os.execv(sys.executable, [sys.executable, *arguments])
    with _connected(address) as server, server.makefile("rw") as stream:
        socket.send_fds(server, [b" "], [0, 1, 2])
        request = {
            "script": script,
            "module": module,
            "arguments": [first, *rest],
            "folder": folder,
            "environment": dict(os.environ),
            "path": path,
            "affinity": [*os.sched_getaffinity(0)] if hasattr(os, "sched_getaffinity") else [],
            "file_bytes": resource.getrlimit(resource.RLIMIT_FSIZE),
        }
        print(json.dumps(request), file=stream, flush=True)
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


if __name__ == "__main__":
    sys.exit(call(sys.argv[1], sys.argv[2], sys.argv[3:]))
