"""Archived runs, from which figures can be drawn without training."""


include: "functions/archive.smk"


if SETTINGS.scale in ARCHIVES:

    rule archived:
        """Copy a file from an archive. Its checksum is verified whenever it is read."""
        input:
            f"{PREFIX}archive/{{archive}}/{{kind}}/{{problem}}/{{method}}/seed{{seed}}.h5",
        output:
            ensure(
                f"results/{ARCHIVE}{{archive}}/{{kind}}/{{problem}}/{{method}}/seed{{seed}}.h5",
                non_empty=True,
            ),
        log:
            f"results/{ARCHIVE}{{archive}}/logs/{{kind}}/{{problem}}/{{method}}/seed{{seed}}.log",
        wildcard_constraints:
            kind="runs|information|homogeneity|terms",
            archive="|".join(name.removeprefix(ARCHIVE) for name in ARCHIVES),
        localrule: True
        conda:
            "../../envs/analysis.yaml"
        message:
            "Archived {wildcards.kind} of {wildcards.problem} with {wildcards.method},"
            " seed {wildcards.seed}"
        shell:
            "cp {input:q} {output:q} 2> {log:q}"

else:

    rule archive:
        """Archive the runs of the chosen scale, reduced to fit in the repository."""
        input:
            archive_inputs(),
        output:
            settings=ensure(f"{PREFIX}archive/{BASE_SCALE}/settings.json", non_empty=True),
            checksums=ensure(f"{PREFIX}archive/{BASE_SCALE}/SHA256SUMS", non_empty=True),
        log:
            f"results/{SETTINGS.scale}/logs/archive.log",
        benchmark:
            f"results/{SETTINGS.scale}/benchmarks/archive.tsv"
        conda:
            "../../envs/analysis.yaml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=10,
        params:
            python=PYTHON,
            settings=SETTINGS.model_copy(update={"scale": BASE_SCALE}).model_dump_json(),
            code=code_of("archive"),
        message:
            f"Archive of the runs at scale {SETTINGS.scale}"
        shell:
            "{params.python} pinn_phases archive --settings {params.settings:q} --inputs {input:q}"
            " --output {output.checksums:q} --log {log:q}"
