"""Figures of the paper, each from stored files alone."""


rule figure:
    """Draw one figure, as PDF and PNG."""
    input:
        figure_inputs,
    output:
        pdf=ensure("paper_figures/{figure}.pdf", non_empty=True),
        png=ensure("paper_figures/{figure}.png", non_empty=True),
    log:
        f"results/{SETTINGS.scale}/logs/figures/{{figure}}.log",
    benchmark:
        f"results/{SETTINGS.scale}/benchmarks/figures/{{figure}}.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=figure_settings,
        code=figure_code,
    message:
        "Drawing {wildcards.figure}"
    shell:
        "python -m pinn_phases figure {wildcards.figure} --settings {params.settings:q}"
        " --inputs {input:q} --pdf {output.pdf:q} --png {output.png:q} --log {log:q}"
