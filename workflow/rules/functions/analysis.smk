"""Inputs and parameters of the analyses."""


def phase_settings(wildcards):
    """Constants of the search for phases, as JSON."""
    return SCALES[wildcards.scale].phases.model_dump_json()


def fields_code(wildcards):
    """Digest of the code of the rule `fields`."""
    return digest("fields", wildcards.problem)


def information_settings(wildcards):
    """Settings of the information measurement, as JSON."""
    return SCALES[wildcards.scale].information.model_dump_json()


def information_code(wildcards):
    """Digest of the code of the rule `information`."""
    return digest("information", wildcards.problem)


def homogeneity_settings(wildcards):
    """Settings of the homogeneity measurement, as JSON."""
    return SCALES[wildcards.scale].homogeneity.model_dump_json()


def homogeneity_code(wildcards):
    """Digest of the code of the rule `homogeneity`."""
    return digest("homogeneity", wildcards.problem)


def terms_code(wildcards):
    """Digest of the code of the rule `terms`."""
    return digest("terms", wildcards.problem, wildcards.method)


def choosing_phases(wildcards):
    """Phases file that determines the snapshots: that of one method, for runs of all methods."""
    method = SCALES[wildcards.scale].figures.phases_of
    return f"results/{wildcards.scale}/phases/{wildcards.problem}/{method}/seed{wildcards.seed}.h5"
