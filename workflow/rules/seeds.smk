"""Statistics over the seeds of the chosen scale."""


rule seeds:
    """Compute statistics over seeds: iterations to reach errors and phases, medians, ratios."""
    input:
        runs=collect(f"results/{SETTINGS.scale}/runs/{{run}}.h5", run=RUNS),
        phases=collect(f"results/{SETTINGS.scale}/phases/{{run}}.h5", run=RUNS),
    output:
        json=ensure(f"results/{SETTINGS.scale}/seeds.json", non_empty=True),
        markdown=ensure(f"results/{SETTINGS.scale}/seeds.md", non_empty=True),
        html=report(
            ensure(f"results/{SETTINGS.scale}/seeds.html", non_empty=True),
            caption="../report/seeds.rst",
            category="Statistics over seeds",
            labels={"table": "Statistics over seeds", "scale": SETTINGS.scale},
        ),
    log:
        f"results/{SETTINGS.scale}/logs/seeds.log",
    benchmark:
        f"results/{SETTINGS.scale}/benchmarks/seeds.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        python=PYTHON,
        code=code_of("seeds"),
    message:
        f"Statistics over seeds, scale {SETTINGS.scale}"
    shell:
        "{params.python} pinn_phases seeds {input.runs:q} --json {output.json:q}"
        " --markdown {output.markdown:q} --html {output.html:q} --log {log:q}"
