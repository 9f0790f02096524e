"""Inputs and parameters of runs from unfinished trainings."""

from pinn_phases.files.checkpoint_files import checkpoint_files, finished_run, stored_files


def reached_checkpoints(wildcards):
    """Checkpoints of a training, best first; exits if there is neither a checkpoint nor a run."""
    scale = wildcards.scale.removeprefix(REACHED)
    training = wildcards.problem, wildcards.method, int(wildcards.seed)
    if not stored_files(RESULTS, scale, *training):
        folder = RESULTS / scale / "runs"
        sys.exit("no checkpoint in {} of {} with {}, seed {}".format(folder, *training))
    found = checkpoint_files(RESULTS, scale, *training)
    return [f"results/{path.relative_to(RESULTS)}" for path in found]


def reached_run(wildcards):
    """Run of a finished training, if any. As an input, Snakemake would try to create it."""
    scale = wildcards.scale.removeprefix(REACHED)
    training = wildcards.problem, wildcards.method, int(wildcards.seed)
    return [str(path) for path in finished_run(RESULTS, scale, *training)]


def reached_statements(wildcards):
    """Statements about the checkpoints, in JSON files next to them, if any."""
    folder = RESULTS / wildcards.scale.removeprefix(REACHED) / "runs"
    pattern = "{problem}/{method}/checkpoints/{problem}-{method}-seed{seed}-*.json"
    found = sorted(folder.glob(pattern.format(**wildcards)))
    return [f"results/{path.relative_to(RESULTS)}" for path in found]


def reached_settings(wildcards):
    """Resolved settings of the training, as JSON, with the name of the scale that trains."""
    settings = settings_of(wildcards)
    run = settings.run(wildcards.problem, wildcards.method, int(wildcards.seed))
    return run.model_copy(update={"scale": settings.scale.removeprefix(REACHED)}).model_dump_json()


def reached_code(wildcards):
    """Digest of the code that extracts a run from a checkpoint."""
    return digest("reached", wildcards.problem)
