"""Where g4f_lite keeps files of its own: by default where the platform wants a user's."""

import os
import sys
from pathlib import Path

__all__ = ["cache_dir", "config_dir"]


def cache_dir() -> Path:
    r"""Return the cache folder, which may not exist yet: ``G4F_LITE_CACHE``, else the platform's.

    That is ``$XDG_CACHE_HOME/g4f-lite`` or ``~/.cache/g4f-lite``, ``~/Library/Caches/g4f-lite`` on
    macOS, ``%LOCALAPPDATA%\g4f-lite\Cache`` on Windows. Everything in it can be deleted at any time.
    """
    chosen = os.environ.get("G4F_LITE_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "g4f-lite"
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base or Path.home() / "AppData" / "Local") / "g4f-lite" / "Cache"
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(base if base and Path(base).is_absolute() else Path.home() / ".cache") / "g4f-lite"


def config_dir() -> Path:
    r"""Return the folder of what the user configured, which may not exist: ``G4F_LITE_CONFIG_DIR``, else the platform's.

    That is ``$XDG_CONFIG_HOME/g4f-lite`` or ``~/.config/g4f-lite``,
    ``~/Library/Application Support/g4f-lite`` on macOS, ``%APPDATA%\g4f-lite`` on Windows.
    """
    chosen = os.environ.get("G4F_LITE_CONFIG_DIR")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "g4f-lite"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "g4f-lite"
    base = os.environ.get("XDG_CONFIG_HOME")
    return Path(base if base and Path(base).is_absolute() else Path.home() / ".config") / "g4f-lite"
