"""Inputs and parameters of the timings, which are only evaluated on request."""

TIMED = ("allen_cahn", "burgers", "cavity", "helmholtz")  # the paper's, which all engines define
PEERS = ("deepxde", "jax", "pina")
ENGINES = ("ours", "ours_statistics", "products", "nested")
# Fewer points than in the paper, because of memory: nested differentiation takes 0.1 MB per point,
# or 0.4 MB with third derivatives, in addition to the float64 oracle.
BENCHMARK_POINTS = {"cavity": 10000}
WITHOUT_PEERS = {"cavity"}  # third derivatives of several libraries do not fit in memory
# Editing the timing code repeats the timings; editing the report does not.
TIMING_CODE = own_files("benchmarks/*.py", "benchmarks/engines/*.py")
TIMING_REPORT_CODE = own_files("benchmarks/report/*.py")


def timed(settings, problem):
    """Resolved settings of a training with vanilla, as JSON; exits if the scale lacks it."""
    if "vanilla" not in getattr(settings.problems.get(problem), "methods", ()):
        sys.exit(f"timings need {problem} with vanilla, which scale {settings.scale} does not have")
    return settings.run(problem, "vanilla", 0).model_dump_json()


def benchmark_settings(wildcards):
    """Settings of the timed training, at the paper's scale."""
    return timed(PAPER, wildcards.get("problem", "allen_cahn"))


def jobs_settings(wildcards):
    """Settings of the concurrent trainings."""
    if "laptop" not in SCALES:
        sys.exit(f"timings need scale laptop; config.yaml has only {', '.join(TRAINED)}")
    return timed(SCALES["laptop"], "helmholtz")


def jobs_reference(wildcards):
    """Reference solution of the concurrent trainings."""
    jobs_settings(wildcards)
    return "results/laptop/reference/helmholtz.h5"


def benchmark_reports(wildcards):
    """All timings, if every timed problem has the required settings."""
    for problem in TIMED:
        timed(PAPER, problem)
    return expand("results/benchmarks/{report}.json", report=[*TIMED, "growth", "jobs"])


def benchmark_peers(wildcards):
    """Other libraries with which this problem is timed."""
    return [] if wildcards.problem in WITHOUT_PEERS else PEERS


def benchmark_engines(wildcards):
    """All engines with which this problem is timed."""
    return [*ENGINES, *benchmark_peers(wildcards)]


def benchmark_environments(wildcards):
    """Environments of the other libraries."""
    return expand(
        "results/benchmarks/environments/{peer}/installed.txt", peer=benchmark_peers(wildcards)
    )


def benchmark_pythons(wildcards, input):
    """Values of the option --python: the interpreter of each other library."""
    folders = map(os.path.dirname, input.environments)
    return [
        f"{peer}={folder}/bin/python"
        for peer, folder in zip(benchmark_peers(wildcards), folders, strict=True)
    ]


def environment_folder(wildcards, output):
    """Folder of the environment of another library."""
    return os.path.dirname(output[0])


def benchmark_points(wildcards):
    """Option --points, if the number of points is not the paper's."""
    points = BENCHMARK_POINTS.get(wildcards.problem)
    return f"--points {points}" if points else ""


def benchmarked_code(wildcards):
    """Digest of the timed code."""
    return digest("train", wildcards.get("problem", "allen_cahn"), "vanilla")
