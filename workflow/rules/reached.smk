"""Runs from checkpoints of unfinished trainings."""


include: "functions/reached.smk"


rule reached:
    """Copy the finished run of a training, or extract one from its newest checkpoint."""
    input:
        checkpoints=reached_checkpoints,
        statements=reached_statements,
    output:
        ensure("results/{scale}/runs/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/runs/{problem}/{method}/seed{seed}.log",
    wildcard_constraints:
        scale="|".join(UNFINISHED),
    localrule: True
    conda:
        "../../envs/analysis.yaml"
    params:
        python=PYTHON,
        finished=reached_run,
        settings=reached_settings,
        code=reached_code,
    message:
        "Run of {wildcards.problem} with {wildcards.method}, seed {wildcards.seed},"
        " from its newest checkpoint"
    shell:
        "{params.python} pinn_phases reached --settings {params.settings:q}"
        " --checkpoints {params.finished:q} {input.checkpoints:q} --output {output:q} --log {log:q}"
