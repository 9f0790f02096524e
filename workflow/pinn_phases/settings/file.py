"""Settings file for commands that are called by hand; jobs get their settings as JSON."""

from pathlib import Path

import yaml

from pinn_phases.model import SettingsError, Tree


def default_config() -> Path:
    """Return the file that the Snakefile uses: config.yaml here, or that of the checkout."""
    here = Path("config.yaml")
    return here if here.exists() else Path(__file__).parents[3] / here


def read_config(path: Path) -> Tree:
    """Read a settings file without validating its contents.

    Raises
    ------
    SettingsError
        If it is not YAML, or not a block of settings.
    """
    try:
        tree = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise SettingsError((str(path),), ..., f"expected YAML ({error})") from None
    if not isinstance(tree, dict):
        raise SettingsError((str(path),), tree, "expected a block of settings")
    return tree
