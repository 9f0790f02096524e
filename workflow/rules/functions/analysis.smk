"""What is measured of a run, and how."""


def phase_settings(wildcards):
    """Constants of the search for phases, as JSON."""
    return SCALES[wildcards.scale].phases.model_dump_json()


def phase_code(wildcards):
    """Digest of the code behind the phases."""
    return digest("phases")


def fields_code(wildcards):
    """Digest of the code behind the fields."""
    return digest("fields", wildcards.problem)


def information_settings(wildcards):
    """How the information of the layers is measured, as JSON."""
    return SCALES[wildcards.scale].information.model_dump_json()


def information_code(wildcards):
    """Digest of the code behind the information."""
    return digest("information", wildcards.problem)


def homogeneity_settings(wildcards):
    """How the spread of the residuals is measured, as JSON."""
    return SCALES[wildcards.scale].homogeneity.model_dump_json()


def homogeneity_code(wildcards):
    """Digest of the code behind the homogeneity."""
    return digest("homogeneity", wildcards.problem)


def terms_code(wildcards):
    """Digest of the code behind the terms."""
    return digest("terms", wildcards.problem, wildcards.method)


def choosing_phases(wildcards):
    """Phases that choose the snapshots of a problem and seed: those of one method for all."""
    method = SCALES[wildcards.scale].figures.phases_of
    return f"results/{wildcards.scale}/phases/{wildcards.problem}/{method}/seed{wildcards.seed}.h5"
