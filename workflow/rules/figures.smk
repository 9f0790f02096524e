"""Figures of the paper, each from stored files alone."""

from pinn_phases.commands import figure as figure_command
from pinn_phases.figures.base import requirement

FIGURE_NAMES = names(FIGURES)


def figure_inputs(wildcards):
    """Files that a figure is made from, at the chosen scale."""
    return [
        f"results/{SETTINGS.scale}/{kind}/{problem}/{method}/seed{seed}.h5"
        for kind, problem, method, seed in requirement(wildcards.figure).files(SETTINGS)
    ]


def figure_settings(wildcards):
    """Numbers of the figures, as JSON."""
    return SETTINGS.figures.model_dump_json()


def figure_code(wildcards):
    """Digest of the code behind a figure."""
    return figure_command.code(wildcards.figure)


def benchmark_targets(problem):
    """What belongs to one benchmark: the figures that show it alone."""
    return [
        f"paper_figures/{figure}.pdf"
        for figure in FIGURE_NAMES
        if requirement(figure).problems == (problem,)
    ]


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
    params:
        settings=figure_settings,
        code=figure_code,
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    conda:
        "../../envs/analysis.yaml"
    message:
        "Drawing {wildcards.figure}"
    shell:
        "python -m pinn_phases figure {wildcards.figure} --settings {params.settings:q}"
        " --inputs {input:q} --pdf {output.pdf:q} --png {output.png:q} --log {log:q}"
