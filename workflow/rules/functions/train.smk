"""Parameters and resources of a training."""

# `--cores` may exceed the number of processors. The threads of concurrent trainings do not, because
# they would compete for caches and memory. The limit is local: jobs on a cluster do not count.
PROCESSORS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
if "processors" not in workflow.global_resources:
    workflow.register_resource("processors", PROCESSORS)


resource_scopes:
    processors="local",


def execution(wildcards):
    """Resources of a training job."""
    return settings_of(wildcards).problems[wildcards.problem].execution


def run_settings(wildcards):
    """Resolved settings of a run, as JSON."""
    settings = settings_of(wildcards)
    run = settings.run(wildcards.problem, wildcards.method, int(wildcards.seed))
    return run.model_dump_json()


def run_code(wildcards):
    """Digest of the code of the rule `train`."""
    return digest("train", wildcards.problem, wildcards.method)


def run_threads(wildcards):
    """CPU threads of a training."""
    return execution(wildcards).threads


def run_processors(wildcards, threads):
    """Processors that a training uses; one if it runs on a GPU."""
    return 1 if run_gpus(wildcards) else min(threads, PROCESSORS)


def run_memory(wildcards):
    """Memory of a training, MB."""
    return execution(wildcards).memory_mb


def run_time(wildcards, attempt):
    """Time limit of a training, minutes; later attempts resume, and get more."""
    return execution(wildcards).runtime_minutes * attempt


def run_gpus(wildcards):
    """GPUs of a training."""
    return execution(wildcards).gpus
