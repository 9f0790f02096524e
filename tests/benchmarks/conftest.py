"""A task small enough for tests."""

from benchmarks.compare import benchmark_settings


def small_settings(problem, **changes):
    """Settings of a benchmark with few points, without a compiler."""
    settings = benchmark_settings(problem, "smoke", points=60)
    training = settings.training.model_copy(update={"compiled": False, **changes})
    return settings.model_copy(update={"training": training})
