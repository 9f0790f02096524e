"""Cheap functions of the stored runs."""

from pinn_phases.commands import fields as fields_command
from pinn_phases.commands import phases as phases_command


def phase_settings(wildcards):
    """Constants of the search for phases, as JSON."""
    return SCALES[wildcards.scale].phases.model_dump_json()


def phase_code(wildcards):
    """Digest of the code behind the phases."""
    return phases_command.code()


def fields_code(wildcards):
    """Digest of the code behind the fields."""
    return fields_command.code(wildcards.problem)


def choosing_phases(wildcards):
    """Phases that choose the snapshots of a problem and seed: those of one method for all."""
    method = SCALES[wildcards.scale].figures.phases_of
    return f"results/{wildcards.scale}/phases/{wildcards.problem}/{method}/seed{wildcards.seed}.h5"


rule phases:
    """Find fitting, diffusion and total diffusion in the SNR curve of a run."""
    input:
        run="results/{scale}/runs/{problem}/{method}/seed{seed}.h5",
    output:
        ensure("results/{scale}/phases/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/phases/{problem}/{method}/seed{seed}.log",
    benchmark:
        "results/{scale}/benchmarks/phases/{problem}/{method}/seed{seed}.tsv"
    params:
        settings=phase_settings,
        code=phase_code,
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    conda:
        "../../envs/analysis.yaml"
    message:
        "Phases of {wildcards.problem} with {wildcards.method}, seed {wildcards.seed}"
    shell:
        "python -m pinn_phases phases --settings {params.settings:q}"
        " --run {input.run:q} --output {output:q} --log {log:q}"


rule fields:
    """Evaluate a run on the test grid at the snapshots that a figure shows."""
    input:
        run="results/{scale}/runs/{problem}/{method}/seed{seed}.h5",
        phases=choosing_phases,
        reference="results/{scale}/reference/{problem}.h5",
    output:
        ensure("results/{scale}/fields/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/fields/{problem}/{method}/seed{seed}.log",
    benchmark:
        "results/{scale}/benchmarks/fields/{problem}/{method}/seed{seed}.tsv"
    params:
        code=fields_code,
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    conda:
        "../../envs/train.yaml"
    message:
        "Fields of {wildcards.problem} with {wildcards.method}, seed {wildcards.seed}"
    shell:
        "python -m pinn_phases fields --run {input.run:q} --phases {input.phases:q}"
        " --reference {input.reference:q} --output {output:q} --log {log:q}"
