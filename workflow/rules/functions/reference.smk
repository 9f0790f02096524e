"""Parameters and resources of a reference solution."""


def reference_settings(wildcards):
    """Resolved settings of a reference solution, as JSON."""
    return settings_of(wildcards).reference(wildcards.problem).model_dump_json()


def reference_solver(wildcards):
    """Solver of a reference solution."""
    return settings_of(wildcards).reference(wildcards.problem).solver


def reference_memory(wildcards):
    """Memory of a reference solution, MB; it depends on the resolution."""
    return reference_solver(wildcards).memory_mb


def reference_time(wildcards, attempt):
    """Time limit of a reference solution, minutes."""
    return reference_solver(wildcards).runtime_minutes * attempt


def reference_code(wildcards):
    """Digest of the code of the rule `reference`."""
    return digest("reference", wildcards.problem)
