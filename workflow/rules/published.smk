"""Curves that the paper's authors published."""

# As seen from where Snakemake works, the repository unless `--directory` says otherwise.
PUBLISHED = os.path.relpath(Path(workflow.basedir) / "published")


rule published:
    """Turn a published curve into a result file, with its phases by our search."""
    input:
        # Not in the storage of a cluster, but beside this Snakefile.
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
        settings=published_settings,
        code=published_command.code(),
    message:
        "The authors' curves of {wildcards.problem} with {wildcards.method}"
    shell:
        "python -m pinn_phases published --settings {params.settings:q}"
        " --trainings {input.trainings:q} --output {output:q} --log {log:q}"
