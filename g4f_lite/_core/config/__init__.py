"""The user's configuration. Most users have none, and then the modules that read it are not imported."""

import os

from g4f_lite.paths import config_dir

__all__ = ["CONFIG", "CONFIG_FILE", "SERVICES_VARIABLE", "may_have_presets"]

CONFIG = "(config)"
"""The distribution's name of every provider that the user has configured."""

CONFIG_FILE = "config.json"
SERVICES_VARIABLE = "G4F_LITE_SERVICES"


def may_have_presets() -> bool:
    """Whether there is a configuration file, readable or not, or a value of the variable that names services."""
    if os.environ.get(SERVICES_VARIABLE):
        return True
    try:
        os.stat(config_dir() / CONFIG_FILE)  # noqa: PTH116 - `Path.exists` is false for a file it cannot access
    except (FileNotFoundError, NotADirectoryError, RuntimeError):  # RuntimeError: the user has no home folder
        return False
    except (OSError, ValueError):
        pass
    return True
