"""Reference solutions, with estimates of their error."""


include: "functions/reference.smk"


rule reference:
    """Compute the reference solution of a problem on its test grid, in float64."""
    output:
        ensure("results/{scale}/reference/{problem}.h5", non_empty=True),
    log:
        "results/{scale}/logs/reference/{problem}.log",
    benchmark:
        "results/{scale}/benchmarks/reference/{problem}.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=reference_memory,
        runtime=reference_time,
    params:
        python=PYTHON,
        settings=reference_settings,
        code=reference_code,
    message:
        "Reference solution of {wildcards.problem}"
    shell:
        "{params.python} pinn_phases reference --settings {params.settings:q}"
        " --output {output:q} --log {log:q}"


rule validation:
    """Compare the reference solver of the cavity with published values."""
    output:
        ensure("results/validation/cavity.txt", non_empty=True),
    log:
        "results/validation/cavity.log",
    benchmark:
        "results/validation/cavity.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        python=PYTHON,
        code=code_of("validate"),
    message:
        "Comparing the reference solver of the cavity with published values"
    shell:
        "{params.python} pinn_phases validate --output {output:q} --log {log:q}"
