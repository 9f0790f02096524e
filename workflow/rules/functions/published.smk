"""Parameters of published curves."""


def published_settings(wildcards):
    """Constants of the search for phases, and settings of the paper's run, as JSON."""
    paper = PAPER.run(wildcards.problem, wildcards.method, 0).model_dump_json()
    return f'{{"phases": {phase_settings(wildcards)}, "paper": {paper}}}'
