"""What is timed, beside what: looked up when timings are asked for."""

PEERS = ("deepxde", "jax", "pina")
ENGINES = ("ours", "ours_statistics", "products", "nested")
# In place of the paper's, for memory: 0.1 MB a point in each engine that differentiates again and
# again, 0.4 MB to third order, beside the float64 that all are held against.
BENCHMARK_POINTS = {"cavity": 10000}
WITHOUT_PEERS = {"cavity"}  # whose third derivatives do not fit beside each other
# Editing how something is timed times it again; editing the report does not.
TIMING_CODE = own_files("benchmarks/*.py", "benchmarks/engines/*.py")
TIMING_REPORT_CODE = own_files("benchmarks/report/*.py")


def timed(settings, problem):
    """Resolved settings of a training by the plain method, as JSON."""
    if "vanilla" not in getattr(settings.problems.get(problem), "methods", ()):
        sys.exit(f"timings train {problem} with vanilla: scale {settings.scale} does not have it")
    return settings.run(problem, "vanilla", 0).model_dump_json()


def benchmark_settings(wildcards):
    """Settings of the training that is timed: the paper's."""
    return timed(PAPER, wildcards.get("problem", "allen_cahn"))


def jobs_settings(wildcards):
    """Settings of the trainings that run side by side."""
    if "laptop" not in SCALES:
        sys.exit(f"timings train at scale laptop: there are only {', '.join(TRAINED)}")
    return timed(SCALES["laptop"], "helmholtz")


def jobs_reference(wildcards):
    """Their reference solution, if there are such settings."""
    jobs_settings(wildcards)
    return "results/laptop/reference/helmholtz.h5"


def benchmark_reports(wildcards):
    """All timings, if there are settings for each."""
    for problem in names(PROBLEMS):
        timed(PAPER, problem)
    return expand("results/benchmarks/{report}.json", report=[*names(PROBLEMS), "growth", "jobs"])


def benchmark_peers(wildcards):
    """Engines of others that this problem is timed with."""
    return [] if wildcards.problem in WITHOUT_PEERS else PEERS


def benchmark_engines(wildcards):
    """All that this problem is timed with."""
    return [*ENGINES, *benchmark_peers(wildcards)]


def benchmark_environments(wildcards):
    """Where those are installed."""
    return expand(
        "results/benchmarks/environments/{peer}/installed.txt", peer=benchmark_peers(wildcards)
    )


def benchmark_pythons(wildcards, input):
    """Option for the interpreter of each."""
    folders = map(os.path.dirname, input.environments)
    return [
        f"{peer}={folder}/bin/python"
        for peer, folder in zip(benchmark_peers(wildcards), folders, strict=True)
    ]


def environment_folder(wildcards, output):
    """Where a peer is installed."""
    return os.path.dirname(output[0])


def benchmark_points(wildcards):
    """Option for its number of points, where it is not the paper's."""
    points = BENCHMARK_POINTS.get(wildcards.problem)
    return f"--points {points}" if points else ""


def benchmarked_code(wildcards):
    """Digest of the code that is timed."""
    return digest("train", wildcards.get("problem", "allen_cahn"), "vanilla")
