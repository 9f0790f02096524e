"""Reference solutions, training and analysis of physics-informed neural networks."""

import argparse
import errno
import logging
import os
import re
import signal
import sys
from importlib import import_module
from pathlib import Path

from pinn_phases.jobs.stopping import EXIT_FAILED, Stopped

EXIT_USAGE = 2  # as in argparse
EXIT_INTERRUPTED = 130  # 128 + SIGINT, the convention of shells
OUT_OF_MEMORY = re.compile("out of memory|can't allocate memory")  # of torch, on GPU and CPU


def main(arguments: list[str] | None = None) -> int:
    """Run a command; report an error in one line and return a nonzero exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # like Ctrl-C
    logging.basicConfig(format="%(message)s")
    try:
        return _main(arguments)
    except KeyboardInterrupt:  # trainings handle signals themselves, see `jobs.stopping`
        logging.error("error: interrupted, nothing was written")
        return EXIT_INTERRUPTED


def _main(arguments: list[str] | None) -> int:
    # Imported here, so that Ctrl-C during the imports is also handled.
    from pinn_phases.files.storage import StorageError
    from pinn_phases.plugins import COMMANDS
    from pinn_phases.strict_model import SettingsError

    parser = argparse.ArgumentParser(prog="pinn_phases", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in _required_commands(arguments):
        module = import_module(f"{COMMANDS}.{name}")
        command = commands.add_parser(name, help=module.__doc__, description=module.__doc__)
        module.add_arguments(command)
        command.add_argument("--log", type=Path, help="file that receives a copy of the messages")
        command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    try:
        _start_log(options.log)
        options.run(options)
        sys.stdout.flush()
    except SettingsError as error:
        logging.error("error: %s", error)
        return EXIT_USAGE
    except (StorageError, Stopped) as error:
        logging.error("error: %s", error)
        return EXIT_FAILED
    except BrokenPipeError:  # the reader of stdout, such as `head`, has exited
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        reason = _reason(error)
        if reason:
            logging.error("error: %s", reason)
        else:  # a bug: print the full traceback, also to the log
            logging.exception("error: unexpected exception, please report it")
        return EXIT_FAILED
    return 0


def _reason(error: Exception) -> str | None:
    """Return why the system refused memory or a file; None for any other exception."""
    match error:
        case MemoryError():
            return f"not enough memory: {error}"
        case RuntimeError() if OUT_OF_MEMORY.search(str(error)):
            return f"not enough memory: {str(error).splitlines()[0]}"
        case OSError(errno=int()) if error.filename:
            return f"{error.filename}: {error.strerror}"
        case OSError(errno=errno.ENOSPC):  # of stdout
            return f"writing: {error.strerror}"
        case _:
            return None


def _required_commands(arguments: list[str] | None) -> tuple[str, ...]:
    """Return only the called command, so that no other is imported; or all of them, for help."""
    from pinn_phases.plugins import COMMANDS, names

    given = sys.argv[1:] if arguments is None else arguments
    called = next((argument for argument in given if not argument.startswith("-")), None)
    return (called,) if called in names(COMMANDS) else names(COMMANDS)


def _start_log(path: Path | None) -> None:
    """Set up logging, with a copy of the messages in a file if a path is given."""
    logging.raiseExceptions = False  # no tracebacks on a full disk: they would hide the message
    logging.getLogger("pinn_phases").setLevel(logging.INFO)  # other libraries: warnings only
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        logging.getLogger().addHandler(logging.FileHandler(path, mode="w"))


if __name__ == "__main__":
    sys.exit(main())
