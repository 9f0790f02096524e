"""pinn-phases: from the equations to every figure of the paper; the list of all rules."""

from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")

# Use config.yaml in the working folder, or else the one next to this Snakefile. If another workflow
# imports this one, the file in the working folder belongs to that workflow, and is not used.
CONFIG = Path(workflow.current_basedir) / "config.yaml"
if workflow.modifier.is_main_snakefile() and Path("config.yaml").exists():
    CONFIG = Path("config.yaml")


configfile: str(CONFIG)


report: "workflow/report/workflow.rst"


include: "workflow/rules/checkout.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/functions/common.smk"
include: "workflow/rules/reference.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/reached.smk"
include: "workflow/rules/analysis.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/seeds.smk"
include: "workflow/rules/published.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/archive.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/benchmarks.smk"


# The last lines of the output: which jobs failed, why, and which log to read.
onerror:
    text = "".join(Path(path).read_text("utf-8", "replace") for path in log)
    print(*failures(text), sep="\n", file=sys.stderr)


onsuccess:
    print(*notes(Path("results"), since=STARTED), sep="\n", file=sys.stderr)


rule all:
    """Make all results of the chosen scale: figures, statistics, agreement, claims and tables."""
    default_target: True
    input:
        collect("paper_figures/{figure}.pdf", figure=FIGURE_NAMES),
        NAMED_FIGURES.values(),
        rules.seeds.output,
        rules.agreement.output if "figS2" in FIGURE_NAMES else [],
        rules.claims.output,
        rules.summary.output,
    localrule: True


# One target per benchmark, by its name: `snakemake allen_cahn`.
for problem in names(PROBLEMS):

    rule:
        name:
            problem
        input:
            benchmark_targets(problem),
        localrule: True
