"""Functions that several rules use."""

from functools import cache
from importlib import import_module

# All imported now: if two checkouts are modules of one workflow, a later import finds the other's.
MODULES = {name: import_module(f"{COMMANDS}.{name}") for name in names(COMMANDS)}
CODE = {name: module.code for name, module in MODULES.items() if hasattr(module, "code")}


def only(settings, *wanted):
    """List the problems of a scale, and the missing runs of the wanted ones."""
    absent = [name for name in wanted if name not in settings.problems]
    lacking = [f"{name} with {', '.join(LACKING[name])}" for name in absent if name in LACKING]
    why = f"no checkpoint of {'; '.join(lacking)}" if lacking else f"no run of {', '.join(absent)}"
    return f"only {', '.join(settings.problems)}: {why}"


@cache  # the same for all seeds; following the imports each time would dominate the planning
def digest(command, *plugins):
    """Digest of the code of a command."""
    return CODE[command](*plugins)


def code_of(command, *plugins):
    """Parameter of a rule: digest of the code of a command, made when a job needs it."""
    return lambda wildcards: digest(command, *plugins)


def without(words):
    """Input that these settings cannot provide; exits with a one-line message when requested."""

    def refuse(wildcards):
        sys.exit(words)

    return refuse


def scale_with(wildcards):
    """Settings of a scale that has the problem, and the method if there is one."""
    settings = SCALES[wildcards.scale]
    if wildcards.problem not in settings.problems:
        there = only(settings, wildcards.problem)
        sys.exit(f"scale {settings.scale} does not have {wildcards.problem}, {there}")
    methods = settings.problems[wildcards.problem].methods
    if wildcards.get("method", next(iter(methods))) not in methods:
        there = ", ".join(methods)
        sys.exit(f"scale {settings.scale} does not have {wildcards.method}, only {there}")
    return settings
