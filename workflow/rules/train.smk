"""Training, the only expensive step: one job per problem, method and seed."""


include: "functions/train.smk"


rule train:
    """Train a network, starting from its newest checkpoint if one exists."""
    input:
        reference="results/{scale}/reference/{problem}.h5",
    output:
        ensure("results/{scale}/runs/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/runs/{problem}/{method}/seed{seed}.log",
    benchmark:
        "results/{scale}/benchmarks/runs/{problem}/{method}/seed{seed}.tsv"
    wildcard_constraints:
        scale="|".join(TRAINED),
    conda:
        "../../envs/train.yaml"
    threads: run_threads
    resources:
        mem_mb=run_memory,
        runtime=run_time,
        gpu=run_gpus,
        processors=run_processors,
        other_code=int(SETTINGS.continue_other_code),  # not in params, where a change would retrain
    params:
        python=PYTHON,
        settings=run_settings,
        code=run_code,
    message:
        "Training {wildcards.problem} with {wildcards.method}, seed {wildcards.seed},"
        " scale {wildcards.scale}"
    shell:
        "{params.python} pinn_phases train --settings {params.settings:q}"
        " --reference {input.reference:q} --output {output:q}"
        " --threads {threads} --gpus {resources.gpu}"
        " --continue-other-code {resources.other_code} --log {log:q}"
