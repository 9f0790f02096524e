"""Functions used by several rules."""

from functools import cache
from importlib import import_module

# All commands are imported now: if two checkouts are modules of one workflow, a later import would
# find the modules of the other checkout.
MODULES = {name: import_module(f"{COMMANDS}.{name}") for name in names(COMMANDS)}
DIGESTS = {name: module.code for name, module in MODULES.items() if hasattr(module, "code")}


def only_available(settings, *required):
    """Part of a message: the problems of a scale, and why required ones are missing."""
    absent = [name for name in required if name not in settings.problems]
    missing = [f"{name} with {', '.join(MISSING[name])}" for name in absent if name in MISSING]
    reason = (
        f"no checkpoint of {'; '.join(missing)}" if missing else f"no run of {', '.join(absent)}"
    )
    return f"only {', '.join(settings.problems)}: {reason}"


@cache  # the same for all seeds; without the cache, most of the planning time would be spent here
def digest(command, *plugins):
    """Digest of the code of a command, with the given plugins."""
    return DIGESTS[command](*plugins)


def code_of(command, *plugins):
    """Parameter of a rule: digest of the code of a command, computed when a job needs it."""
    return lambda wildcards: digest(command, *plugins)


def unavailable(message):
    """Input that these settings cannot provide: if it is requested, exit with the message."""

    def fail(wildcards):
        sys.exit(message)

    return fail


def settings_of(wildcards):
    """Settings of the scale of a job; exits if it does not have the job's problem or method."""
    settings = SCALES[wildcards.scale]
    if wildcards.problem not in settings.problems:
        available = only_available(settings, wildcards.problem)
        sys.exit(f"scale {settings.scale} does not have {wildcards.problem}, {available}")
    methods = settings.problems[wildcards.problem].methods
    if wildcards.get("method", next(iter(methods))) not in methods:
        available = ", ".join(methods)
        sys.exit(f"scale {settings.scale} does not have {wildcards.method}, only {available}")
    return settings
