"""Files with settings: config.yaml, for commands called by hand, and the settings of an archive.

Jobs get their settings as JSON.
"""

from pathlib import Path

import yaml

from pinn_phases.strict_model import SettingsError, Tree

ARCHIVED_SETTINGS = "settings.json"  # in the folder of an archive


def default_config() -> Path:
    """Return the path of config.yaml in the working folder or else in the checkout."""
    path = Path("config.yaml")
    return path if path.exists() else Path(__file__).parents[3] / path


def read_config(path: Path) -> Tree:
    """Read a settings file, without validation.

    Raises
    ------
    SettingsError
        If it is not YAML, or not a mapping.
    """
    try:
        tree = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise SettingsError((str(path),), ..., f"expected YAML ({error})") from None
    if not isinstance(tree, dict):
        raise SettingsError((str(path),), tree, "expected a block of settings")
    return tree
