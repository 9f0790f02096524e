"""Training: the one expensive step, one job for each problem, method and seed."""

from pinn_phases.commands import train as train_command


def run_settings(wildcards):
    """Resolved settings of a run, as JSON."""
    settings = SCALES[wildcards.scale]
    run = settings.run(wildcards.problem, wildcards.method, int(wildcards.seed))
    return run.model_dump_json()


def run_code(wildcards):
    """Digest of the code behind it."""
    return train_command.code(wildcards.problem, wildcards.method)


def run_threads(wildcards):
    """CPU threads of a training."""
    return execution(wildcards).threads


def run_memory(wildcards):
    """Memory of a training, MB."""
    return execution(wildcards).memory_mb


def run_time(wildcards, attempt):
    """Time limit of a training, minutes: it resumes, so later attempts get more."""
    return execution(wildcards).runtime_minutes * attempt


def run_gpus(wildcards):
    """GPUs of a training."""
    return execution(wildcards).gpus


rule train:
    """Train one network, from its newest checkpoint if there is one."""
    input:
        reference="results/{scale}/reference/{problem}.h5",
    output:
        ensure("results/{scale}/runs/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/runs/{problem}/{method}/seed{seed}.log",
    benchmark:
        "results/{scale}/benchmarks/runs/{problem}/{method}/seed{seed}.tsv"
    params:
        settings=run_settings,
        code=run_code,
    threads: run_threads
    resources:
        mem_mb=run_memory,
        runtime=run_time,
        gpu=run_gpus,
    conda:
        "../../envs/train.yaml"
    message:
        "Training {wildcards.problem} with {wildcards.method}, seed {wildcards.seed},"
        " scale {wildcards.scale}"
    shell:
        "python -m pinn_phases train --settings {params.settings:q}"
        " --reference {input.reference:q} --output {output:q}"
        " --threads {threads} --gpus {resources.gpu} --log {log:q}"
