"""Many short trainings on Slurm: python -m tests.slurm.many_jobs --seeds 25.

It takes minutes and is therefore a separate command. It starts a cluster on this machine, where
Snakemake with its profile trains four problems by two methods from each seed (25: 200 trainings)
and collects them in the report's tables. It then counts the jobs in the cluster's list.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.slurm.cluster import Cluster, reason_against, running_cluster
from tests.slurm.conftest import CPUS, finish, head
from tests.workflow.conftest import copy_repository

TABLES = "results/smoke/summary/trainings.html"
HOURS_AT_MOST = 2.0


def main() -> int:
    """Run, print the counts, and return 0 if every job ran once and succeeded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=25, help="eight trainings each")
    parser.add_argument("--iterations", type=int, default=20, help="of each training")
    options = parser.parse_args()
    if reason := reason_against():
        print(f"error: {reason}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name, running_cluster(CPUS) as cluster:
        folder = copy_repository(Path(name))
        config = folder / "config.yaml"
        config.write_text(
            config.read_text().replace("iterations: 40", f"iterations: {options.iterations}")
        )
        seeds = f"seeds={list(range(options.seeds))}".replace(" ", "")
        began = time.monotonic()
        process = head(folder, "--config", "scale=smoke", seeds, "--", TABLES)
        finish(process, folder, HOURS_AT_MOST * 3600)
        minutes = (time.monotonic() - began) / 60
        failed, repeated = count(cluster)
        results = len([*(folder / "results/smoke/runs").glob("*/*/seed*.h5")])
    print(f"{results} trainings in {minutes:.1f} min: {failed} jobs failed, {repeated} repeated")
    return int(failed > 0 or repeated > 0 or results != 8 * options.seeds)


def count(cluster: Cluster) -> tuple[int, int]:
    """Return how many jobs did not complete, and how many were repeats."""
    lines = cluster.call("squeue", "--noheader", "--states=all", "--format=%T %k").splitlines()
    states, comments = zip(*(line.split(maxsplit=1) for line in lines), strict=True)
    print(f"{len(lines)} jobs: {dict(Counter(comment.split('_')[1] for comment in comments))}")
    return len(lines) - states.count("COMPLETED"), len(comments) - len(set(comments))


if __name__ == "__main__":
    sys.exit(main())
