"""A task small enough for tests."""

from benchmarks.sizes import from_config, resized


def small_settings(problem, **changes):
    """Settings of a benchmark with few points, without a compiler."""
    settings = resized(from_config(problem, "smoke"), points=60)
    training = settings.training.model_copy(update={"compiled": False, **changes})
    return settings.model_copy(update={"training": training})
