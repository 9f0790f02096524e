"""Tables of the report, and its figures as PDF."""


rule summary:
    """Write tables of settings, reference solutions, trainings and versions of the chosen scale."""
    input:
        references=collect(
            f"results/{SETTINGS.scale}/reference/{{problem}}.h5", problem=SETTINGS.problems
        ),
        runs=collect(f"results/{SETTINGS.scale}/runs/{{run}}.h5", run=RUNS),
    output:
        settings=report(
            ensure(f"results/{SETTINGS.scale}/summary/settings.html", non_empty=True),
            caption="../report/settings.rst",
            category="Settings",
            labels={"table": "Settings", "scale": SETTINGS.scale},
        ),
        references=report(
            ensure(f"results/{SETTINGS.scale}/summary/references.html", non_empty=True),
            caption="../report/references.rst",
            category="Reference solutions",
            labels={"table": "Reference solutions and their errors", "scale": SETTINGS.scale},
        ),
        trainings=report(
            ensure(f"results/{SETTINGS.scale}/summary/trainings.html", non_empty=True),
            caption="../report/trainings.rst",
            category="Trainings",
            labels={"table": "Trainings", "scale": SETTINGS.scale},
        ),
        versions=report(
            ensure(f"results/{SETTINGS.scale}/summary/versions.html", non_empty=True),
            caption="../report/versions.rst",
            category="Versions",
            labels={"table": "Versions and code", "scale": SETTINGS.scale},
        ),
    log:
        f"results/{SETTINGS.scale}/logs/summary.log",
    benchmark:
        f"results/{SETTINGS.scale}/benchmarks/summary.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        python=PYTHON,
        settings=SCALE_AND_PAPER,
        code=code_of("summary"),
    message:
        f"Tables of the report, scale {SETTINGS.scale}"
    shell:
        "{params.python} pinn_phases summary --settings {params.settings:q}"
        " --references {input.references:q} --runs {input.runs:q}"
        " --settings-page {output.settings:q} --references-page {output.references:q}"
        " --trainings-page {output.trainings:q} --versions-page {output.versions:q} --log {log:q}"


for figure in FIGURE_NAMES:

    rule:
        """Copy the PDF of a figure to a descriptive name, because the report only searches names."""
        name:
            f"{figure}_named"
        input:
            f"paper_figures/{figure}.pdf",
        output:
            report(
                ensure(NAMED_FIGURES[figure], non_empty=True),
                caption=f"../report/{figure}.rst",
                category="Figures as PDF",
                labels=figure_labels(figure),
            ),
        log:
            f"results/{SETTINGS.scale}/logs/named/{figure}.log",
        localrule: True
        conda:
            "../../envs/analysis.yaml"
        message:
            f"Copying {figure}.pdf to a descriptive name"
        shell:
            "cp {input:q} {output:q} 2> {log:q}"
