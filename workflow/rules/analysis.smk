"""Analyses of runs."""


include: "functions/analysis.smk"


rule phases:
    """Find the learning phases in the SNR curve of a run: fitting, diffusion, total diffusion."""
    input:
        run="results/{scale}/runs/{problem}/{method}/seed{seed}.h5",
    output:
        ensure("results/{scale}/phases/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/phases/{problem}/{method}/seed{seed}.log",
    benchmark:
        "results/{scale}/benchmarks/phases/{problem}/{method}/seed{seed}.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        python=PYTHON,
        settings=phase_settings,
        code=code_of("phases"),
    message:
        "Phases of {wildcards.problem} with {wildcards.method}, seed {wildcards.seed}"
    shell:
        "{params.python} pinn_phases phases --settings {params.settings:q}"
        " --run {input.run:q} --output {output:q} --log {log:q}"


rule fields:
    """Evaluate a run on the test grid, at the snapshots that figures show."""
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
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        python=PYTHON,
        code=fields_code,
    message:
        "Fields of {wildcards.problem} with {wildcards.method}, seed {wildcards.seed}"
    shell:
        "{params.python} pinn_phases fields --run {input.run:q} --phases {input.phases:q}"
        " --reference {input.reference:q} --output {output:q} --log {log:q}"


rule information:
    """Measure the information in the layers of a run at each snapshot."""
    input:
        run="results/{scale}/runs/{problem}/{method}/seed{seed}.h5",
    output:
        ensure("results/{scale}/information/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/information/{problem}/{method}/seed{seed}.log",
    benchmark:
        "results/{scale}/benchmarks/information/{problem}/{method}/seed{seed}.tsv"
    wildcard_constraints:
        scale="|".join([*TRAINED, *UNFINISHED]),
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        python=PYTHON,
        command="information",
        settings=information_settings,
        code=information_code,
    message:
        "Information of {wildcards.problem} with {wildcards.method}, seed {wildcards.seed}"
    shell:
        "{params.python} pinn_phases {params.command} --settings {params.settings:q}"
        " --run {input.run:q} --output {output:q} --log {log:q}"


# For archives, only the archived snapshots are measured.
use rule information as coarse with:
    """Measure the information with few enough bins that the measure does not saturate."""
    output:
        ensure("results/{scale}/coarse/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/coarse/{problem}/{method}/seed{seed}.log",
    benchmark:
        "results/{scale}/benchmarks/coarse/{problem}/{method}/seed{seed}.tsv"
    wildcard_constraints:
        scale="|".join(SCALES),
    params:
        python=PYTHON,
        command="information --coarse",
        settings=information_settings,
        code=information_code,
    message:
        "Information with coarse bins of {wildcards.problem} with {wildcards.method},"
        " seed {wildcards.seed}"


use rule information as homogeneity with:
    """Measure the homogeneity of the residuals of a run, at each snapshot."""
    output:
        ensure("results/{scale}/homogeneity/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/homogeneity/{problem}/{method}/seed{seed}.log",
    benchmark:
        "results/{scale}/benchmarks/homogeneity/{problem}/{method}/seed{seed}.tsv"
    params:
        python=PYTHON,
        command="homogeneity",
        settings=homogeneity_settings,
        code=homogeneity_code,
    message:
        "Homogeneity of {wildcards.problem} with {wildcards.method}, seed {wildcards.seed}"


# For archives, only the archived snapshots are measured.
use rule information as samples with:
    """Measure the homogeneity of the residuals at the collocation points."""
    output:
        ensure("results/{scale}/samples/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/samples/{problem}/{method}/seed{seed}.log",
    benchmark:
        "results/{scale}/benchmarks/samples/{problem}/{method}/seed{seed}.tsv"
    wildcard_constraints:
        scale="|".join(SCALES),
    params:
        python=PYTHON,
        command="homogeneity --samples",
        settings=homogeneity_settings,
        code=homogeneity_code,
    message:
        "Homogeneity at the samples of {wildcards.problem} with {wildcards.method},"
        " seed {wildcards.seed}"


rule terms:
    """Measure norms and cosines of the gradients of the loss terms, at each snapshot of a run."""
    input:
        run="results/{scale}/runs/{problem}/{method}/seed{seed}.h5",
    output:
        ensure("results/{scale}/terms/{problem}/{method}/seed{seed}.h5", non_empty=True),
    log:
        "results/{scale}/logs/terms/{problem}/{method}/seed{seed}.log",
    benchmark:
        "results/{scale}/benchmarks/terms/{problem}/{method}/seed{seed}.tsv"
    wildcard_constraints:
        scale="|".join([*TRAINED, *UNFINISHED]),
    conda:
        "../../envs/train.yaml"
    threads: 2
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        python=PYTHON,
        code=terms_code,
    message:
        "Gradients of the loss terms of {wildcards.problem} with {wildcards.method},"
        " seed {wildcards.seed}"
    shell:
        "{params.python} pinn_phases terms --run {input.run:q} --output {output:q}"
        " --threads {threads} --log {log:q}"
