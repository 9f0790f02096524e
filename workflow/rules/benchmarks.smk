"""Timings against other engines: asked for by name, no part of the figures of the paper."""


include: "functions/benchmarks.smk"


rule benchmark_environment:
    """Install a peer, by its exact versions, where it meets nothing else."""
    input:
        f"{HOME}benchmarks/requirements/{{peer}}.txt",
    output:
        ensure("results/benchmarks/environments/{peer}/installed.txt", non_empty=True),
    log:
        "results/benchmarks/logs/environment_{peer}.log",
    wildcard_constraints:
        peer="|".join(PEERS),
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        python=PYTHON,
        folder=environment_folder,
    message:
        "Installing {wildcards.peer} in an environment of its own"
    shell:
        "({params.python} venv --clear {params.folder:q}"
        " && {params.folder:q}/bin/python -I -m pip install -r {input:q}"
        " && {params.folder:q}/bin/python -I -m pip freeze > {output:q}) > {log:q} 2>&1"


rule benchmark_comparison:
    """Time an iteration of one problem by all engines, in turn."""
    input:
        environments=benchmark_environments,
        code=TIMING_CODE,
    output:
        ensure("results/benchmarks/{problem}.json", non_empty=True),
    log:
        "results/benchmarks/logs/{problem}.log",
    conda:
        "../../envs/train.yaml"
    threads: os.cpu_count()  # all that Snakemake may use, so that nothing else runs meanwhile
    resources:
        mem_mb=20000,
        runtime=60,
    params:
        python=PYTHON,
        settings=benchmark_settings,
        points=benchmark_points,
        code=benchmarked_code,
        engines=benchmark_engines,
        pythons=benchmark_pythons,
    message:
        "Timing {wildcards.problem} by {params.engines}"
    shell:
        "{params.python} benchmarks.compare --settings {params.settings:q} {params.points}"
        " --engines {params.engines} --python {params.pythons:q}"
        " --threads {threads} --json {output:q} 2> {log:q}"


rule benchmark_growth:
    """Measure time and memory of the own engine over points, width and iterations."""
    input:
        code=TIMING_CODE,
    output:
        ensure("results/benchmarks/growth.json", non_empty=True),
    log:
        "results/benchmarks/logs/growth.log",
    conda:
        "../../envs/train.yaml"
    threads: os.cpu_count()  # as above
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        python=PYTHON,
        settings=benchmark_settings,
        code=benchmarked_code,
    message:
        "Timing Allen-Cahn over points, width and iterations"
    shell:
        "{params.python} benchmarks.growth --settings {params.settings:q}"
        " --threads {threads} --json {output:q} 2> {log:q}"


rule benchmark_jobs:
    """Measure what several trainings at once get done, and how long one takes to start."""
    input:
        reference=jobs_reference,
        code=TIMING_CODE,
    output:
        ensure("results/benchmarks/jobs.json", non_empty=True),
    log:
        "results/benchmarks/logs/jobs.log",
    conda:
        "../../envs/train.yaml"
    threads: os.cpu_count()  # as above
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        python=PYTHON,
        settings=jobs_settings,
        code=benchmarked_code,
    message:
        "Timing trainings side by side, and their start"
    shell:
        "{params.python} benchmarks.jobs --settings {params.settings:q}"
        " --reference {input.reference:q} --json {output:q} 2> {log:q}"


rule benchmark_report:
    """Draw the timings, and write them beside the goals as a table."""
    input:
        reports=benchmark_reports,
        code=TIMING_REPORT_CODE,
    output:
        pdf=ensure("results/benchmarks/benchmarks.pdf", non_empty=True),
        png=ensure("results/benchmarks/benchmarks.png", non_empty=True),
        table=ensure("results/benchmarks/goals.md", non_empty=True),
    log:
        "results/benchmarks/logs/report.log",
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        python=PYTHON,
    message:
        "Drawing the timings"
    shell:
        "({params.python} benchmarks.report.figure {input.reports:q} --pdf {output.pdf:q} --png {output.png:q}"
        " && {params.python} benchmarks.report.goals {input.reports:q} > {output.table:q}) 2> {log:q}"


rule benchmarks:
    """Time everything that is timed."""
    input:
        rules.benchmark_report.output,
    localrule: True
