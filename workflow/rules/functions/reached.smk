"""Files and settings of unfinished trainings."""

from pinn_phases.files.checkpoint_files import checkpoint_files, finished_run, stored_files


def reached_checkpoints(wildcards):
    """Checkpoints of a training, the best first; exits if there is none."""
    scale = wildcards.scale.removeprefix(REACHED)
    training = wildcards.problem, wildcards.method, int(wildcards.seed)
    if not stored_files(RESULTS, scale, *training):
        where = RESULTS / scale / "runs"
        sys.exit("below {}: no checkpoint of {} with {}, seed {}".format(where, *training))
    found = checkpoint_files(RESULTS, scale, *training)
    return [f"results/{path.relative_to(RESULTS)}" for path in found]


def reached_run(wildcards):
    """Run of a finished training, if any. Not an input, because Snakemake would make it."""
    scale = wildcards.scale.removeprefix(REACHED)
    training = wildcards.problem, wildcards.method, int(wildcards.seed)
    return [str(path) for path in finished_run(RESULTS, scale, *training)]


def reached_statements(wildcards):
    """Statements on the checkpoints, TRAINING.json, if any."""
    folder = RESULTS / wildcards.scale.removeprefix(REACHED) / "runs"
    pattern = "{problem}/{method}/checkpoints/{problem}-{method}-seed{seed}-*.json"
    found = sorted(folder.glob(pattern.format(**wildcards)))
    return [f"results/{path.relative_to(RESULTS)}" for path in found]


def reached_settings(wildcards):
    """Resolved settings of the training, as JSON: those of the scale that trains."""
    settings = scale_with(wildcards)
    run = settings.run(wildcards.problem, wildcards.method, int(wildcards.seed))
    return run.model_copy(update={"scale": settings.scale.removeprefix(REACHED)}).model_dump_json()


def reached_code(wildcards):
    """Digest of the code that extracts a run from a checkpoint."""
    return digest("reached", wildcards.problem)
