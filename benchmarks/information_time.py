"""Time the information of one run at the paper's size.

    python -m benchmarks.information_time --threads 1

Every snapshot needs the activations of each hidden layer at all points, their bins, and the
entropy of their strings. With initial weights, almost every point has its own string, which is
fast. With larger weights, activations saturate, points share strings, and more digits have to be
compared. Both are timed, on a few snapshots.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
import torch
import yaml

from pinn_phases.analysis.activations import HiddenLayers
from pinn_phases.analysis.information import layer_information
from pinn_phases.network.network import Network, flattened
from pinn_phases.settings.scales import load_scales
from pinn_phases.training.points import collocation_points

ROOT = Path(__file__).parents[1]
SNAPSHOTS = 100  # about as many as a run of the paper has
GROWTH = {"initial weights": 1.0, "saturated": 8.0}  # factor of all parameters


def main() -> None:
    """Time both networks and print a report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--snapshots", type=int, default=5, help="measured of each")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    scales = load_scales(yaml.safe_load((ROOT / "config.yaml").read_text()))
    run, bins = scales["paper"].run("allen_cahn", "rba", 0), scales["paper"].information.bins
    problem, network = run.equation, run.training.network
    points = collocation_points(problem, run.training.points, np.random.default_rng(0))
    layers = HiddenLayers(run, points)
    generator = torch.Generator().manual_seed(0)
    initial = flattened(Network.of(problem, network).initial_parameters(generator))
    report: dict[str, object] = {
        "points": len(points),
        "network": f"{network.hidden_layers} x {network.width}",
        "threads": options.threads,
    }
    for name, growth in GROWTH.items():
        seconds, busy, found = [], [], []
        for _ in range(options.snapshots):
            start, busy_before = time.perf_counter(), time.process_time()
            found = [layer_information(h, bins) for h in layers.activations(growth * initial)]
            seconds.append(time.perf_counter() - start)
            busy.append(time.process_time() - busy_before)  # not affected by other work
        report[name] = {
            "information_bits": [round(layer.relative, 3) for layer in found],
            "binary": [round(layer.binary, 3) for layer in found],
            f"seconds_for_{SNAPSHOTS}_snapshots": SNAPSHOTS * statistics.median(seconds),
            f"cpu_seconds_for_{SNAPSHOTS}_snapshots": SNAPSHOTS * statistics.median(busy),
        }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
