"""Curves published by the paper's authors, and comparison of our runs with them."""


include: "functions/published.smk"


PUBLISHED = f"{PREFIX}published"


rule published:
    """Convert the published curves of a training to a result file, and find their phases."""
    input:
        # These files are in the checkout, not in the remote storage of a cluster.
        error=local(f"{PUBLISHED}/{{problem}}-{{method}}-error.csv"),
        snr=local(f"{PUBLISHED}/{{problem}}-{{method}}-snr.csv"),
        trainings=local(f"{PUBLISHED}/trainings.csv"),
        checksums=local(f"{PUBLISHED}/SHA256SUMS"),
    output:
        ensure("results/{scale}/published/{problem}/{method}.h5", non_empty=True),
    log:
        "results/{scale}/logs/published/{problem}/{method}.log",
    localrule: True
    conda:
        "../../envs/analysis.yaml"
    params:
        python=PYTHON,
        settings=published_settings,
        code=code_of("published"),
    message:
        "The authors' curves of {wildcards.problem} with {wildcards.method}"
    shell:
        "{params.python} pinn_phases published --settings {params.settings:q}"
        " --trainings {input.trainings:q} --output {output:q} --log {log:q}"


rule agreement:
    """Compare the runs of the chosen scale with the curves published by the authors."""
    input:
        figure_inputs("figS2"),
    output:
        json=ensure(f"results/{SETTINGS.scale}/agreement.json", non_empty=True),
        markdown=ensure(f"results/{SETTINGS.scale}/agreement.md", non_empty=True),
        html=report(
            ensure(f"results/{SETTINGS.scale}/agreement.html", non_empty=True),
            caption="../report/agreement.rst",
            category="Agreement with the authors",
            labels={"table": "Agreement with the authors' curves", "scale": SETTINGS.scale},
        ),
    log:
        f"results/{SETTINGS.scale}/logs/agreement.log",
    benchmark:
        f"results/{SETTINGS.scale}/benchmarks/agreement.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        python=PYTHON,
        scale=SETTINGS.scale,
        code=code_of("agreement"),
    message:
        f"Agreement with the authors' curves, scale {SETTINGS.scale}"
    shell:
        "{params.python} pinn_phases agreement --scale {params.scale:q} --inputs {input:q}"
        " --json {output.json:q} --markdown {output.markdown:q} --html {output.html:q}"
        " --log {log:q}"
