"""What a reference solution asks for."""


def reference_settings(wildcards):
    """Resolved settings of a reference solution, as JSON."""
    return scale_with(wildcards).reference(wildcards.problem).model_dump_json()


def reference_solver(wildcards):
    """How a reference solution is solved."""
    return scale_with(wildcards).reference(wildcards.problem).solver


def reference_memory(wildcards):
    """Memory of a reference solution, MB: it goes with the solver's resolution."""
    return reference_solver(wildcards).memory_mb


def reference_time(wildcards, attempt):
    """Time limit of a reference solution, minutes."""
    return reference_solver(wildcards).runtime_minutes * attempt


def reference_code(wildcards):
    """Digest of the code behind it."""
    return digest("reference", wildcards.problem)
