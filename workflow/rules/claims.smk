"""Claims of the paper, judged by the runs of a scale."""


rule claims:
    """Judge every claim of the paper by all runs of the chosen scale."""
    input:
        collect(
            f"results/{SETTINGS.scale}/{{kind}}/{{run}}.h5",
            kind=[
                *("runs", "phases", "information", "coarse", "homogeneity", "samples", "terms"),
            ],
            run=RUNS,
        ),
    output:
        json=ensure(f"results/{SETTINGS.scale}/claims.json", non_empty=True),
        markdown=ensure(f"results/{SETTINGS.scale}/claims.md", non_empty=True),
        html=report(
            ensure(f"results/{SETTINGS.scale}/claims.html", non_empty=True),
            caption="../report/claims.rst",
            category="Claims",
            labels={"table": "Claims and verdicts", "scale": SETTINGS.scale},
        ),
    log:
        f"results/{SETTINGS.scale}/logs/claims.log",
    benchmark:
        f"results/{SETTINGS.scale}/benchmarks/claims.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        python=PYTHON,
        settings=SCALE_AND_PAPER,
        code=code_of("claims"),
    message:
        f"Claims of the paper, scale {SETTINGS.scale}"
    shell:
        "{params.python} pinn_phases claims --settings {params.settings:q} --inputs {input:q}"
        " --json {output.json:q} --markdown {output.markdown:q} --html {output.html:q}"
        " --log {log:q}"
