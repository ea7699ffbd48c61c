"""Whether the user has configured anything: mostly not, and then nothing that reads it is imported."""

import os

from g4f_lite.paths import config_dir

__all__ = ["CONFIG", "CONFIG_FILE", "SERVICES_VARIABLE", "may_have_presets"]

CONFIG = "(config)"
"""The name that stands for a distribution for what the user has configured."""

CONFIG_FILE = "config.json"
SERVICES_VARIABLE = "G4F_LITE_SERVICES"


def may_have_presets() -> bool:
    """Whether there is a configuration file, readable or not, or the variable that names services."""
    if os.environ.get(SERVICES_VARIABLE):
        return True
    try:
        os.stat(config_dir() / CONFIG_FILE)  # noqa: PTH116 - `exists` takes what cannot be looked at for absent
    except (FileNotFoundError, NotADirectoryError, RuntimeError):  # the last one: this user has no home
        return False
    except (OSError, ValueError):
        pass
    return True
