"""Output of timings."""

import json
from pathlib import Path
from typing import Any

from pinn_phases.files.storage import write_bytes


def put(report: Any, path: Path | None) -> None:
    """Write a report as JSON, or print it if no path is given."""
    text = json.dumps(report, indent=2) + "\n"
    if path is None:
        print(text, end="")
    else:
        write_bytes(path, text.encode())
