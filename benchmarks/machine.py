"""The machine on which timings are taken."""

import os
import platform
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Processor, number of processors, system, and current load.

    The load is the average number of processes that needed a processor over the last minute; it
    shows whether other work was running.
    """
    return {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "system": platform.system(),
        "load": os.getloadavg()[0],
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
