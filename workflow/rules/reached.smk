"""Runs from checkpoints of unfinished trainings."""


include: "functions/reached.smk"


rule reached:
    """Extract the run from the newest checkpoint of a training, or use the finished one."""
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
