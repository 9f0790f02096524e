"""Timings of our engine and of other libraries; they only run on request."""


include: "functions/benchmarks.smk"


rule benchmark_environment:
    """Install another library, with pinned versions, in its own environment."""
    input:
        f"{PREFIX}benchmarks/requirements/{{peer}}.txt",
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
        "Installing {wildcards.peer} in its own environment"
    shell:
        "({params.python} venv --clear {params.folder:q}"
        " && {params.folder:q}/bin/python -I -m pip install -r {input:q}"
        " && {params.folder:q}/bin/python -I -m pip freeze > {output:q}) > {log:q} 2>&1"


rule benchmark_comparison:
    """Time an iteration of one problem with all engines, one after the other."""
    input:
        environments=benchmark_environments,
        code=TIMING_CODE,
    output:
        ensure("results/benchmarks/{problem}.json", non_empty=True),
    log:
        "results/benchmarks/logs/{problem}.log",
    conda:
        "../../envs/train.yaml"
    threads: os.cpu_count()  # all of them, so that no other job runs at the same time
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
        "Timing {wildcards.problem} with {params.engines}"
    shell:
        "{params.python} benchmarks.compare --settings {params.settings:q} {params.points}"
        " --engines {params.engines} --python {params.pythons:q}"
        " --threads {threads} --json {output:q} 2> {log:q}"


rule benchmark_growth:
    """Measure time and memory of our engine as functions of points, width and iterations."""
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
        "Timing Allen-Cahn with different numbers of points, widths and iterations"
    shell:
        "{params.python} benchmarks.growth --settings {params.settings:q}"
        " --threads {threads} --json {output:q} 2> {log:q}"


rule benchmark_jobs:
    """Measure the throughput of concurrent trainings, and their start-up time."""
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
        "Timing concurrent trainings and their start-up"
    shell:
        "{params.python} benchmarks.jobs --settings {params.settings:q}"
        " --reference {input.reference:q} --json {output:q} 2> {log:q}"


rule benchmark_report:
    """Plot the timings, and write a table that compares them with the goals."""
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
        "Plotting the timings"
    shell:
        "({params.python} benchmarks.report.figure {input.reports:q} --pdf {output.pdf:q} --png {output.png:q}"
        " && {params.python} benchmarks.report.goals {input.reports:q} > {output.table:q}) 2> {log:q}"


rule benchmarks:
    """Run all timings."""
    input:
        rules.benchmark_report.output,
    localrule: True
