"""Figures, drawn from result files only.

A loop creates one rule per figure, because a caption in the report belongs to a rule and cannot
contain wildcards.
"""


include: "functions/figures.smk"


for figure in names(FIGURES):

    rule:
        """Draw one figure, as PDF and PNG."""
        name:
            figure
        input:
            figure_inputs(figure),
        output:
            pdf=ensure(f"paper_figures/{figure}.pdf", non_empty=True),
            # The report shows the PNG, which every browser can display.
            png=report(
                ensure(f"paper_figures/{figure}.png", non_empty=True),
                caption=f"../report/{figure}.rst",
                category=section(figure),
                labels=figure_labels(figure),
            ),
        log:
            f"results/{SETTINGS.scale}/logs/figures/{figure}.log",
        benchmark:
            f"results/{SETTINGS.scale}/benchmarks/figures/{figure}.tsv"
        conda:
            "../../envs/analysis.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            python=PYTHON,
            figure=figure,
            settings=SETTINGS.figures.model_dump_json(),
            code=code_of("figure", figure),
        message:
            f"Drawing {figure}"
        shell:
            "{params.python} pinn_phases figure {params.figure} --settings {params.settings:q}"
            " --inputs {input:q} --pdf {output.pdf:q} --png {output.png:q} --log {log:q}"
