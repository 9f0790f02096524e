"""Reference solutions, each with a measured error."""

from pinn_phases.commands import reference as reference_command


def reference_settings(wildcards):
    """Resolved settings of a reference solution, as JSON."""
    return SCALES[wildcards.scale].reference(wildcards.problem).model_dump_json()


def reference_code(wildcards):
    """Digest of the code behind it."""
    return reference_command.code(wildcards.problem)


rule reference:
    """Solve a problem on its test grid in float64."""
    output:
        ensure("results/{scale}/reference/{problem}.h5", non_empty=True),
    log:
        "results/{scale}/logs/reference/{problem}.log",
    benchmark:
        "results/{scale}/benchmarks/reference/{problem}.tsv"
    params:
        settings=reference_settings,
        code=reference_code,
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    conda:
        "../../envs/analysis.yaml"
    message:
        "Reference solution of {wildcards.problem}"
    shell:
        "python -m pinn_phases reference --settings {params.settings:q}"
        " --output {output:q} --log {log:q}"
