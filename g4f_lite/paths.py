"""The folders for g4f_lite's files, by default the platform's folders for files of a user."""

import os
import sys
from pathlib import Path

__all__ = ["cache_dir", "config_dir"]


def cache_dir() -> Path:
    r"""Return the cache folder, which may not exist: ``G4F_LITE_CACHE``, else the platform's folder.

    The platform's folder is ``$XDG_CACHE_HOME/g4f-lite`` or ``~/.cache/g4f-lite``, on macOS
    ``~/Library/Caches/g4f-lite``, on Windows ``%LOCALAPPDATA%\g4f-lite\Cache``. Its content can be deleted at any
    time. No I/O.

    Raises:
        RuntimeError: the home folder of the user is not known.
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
    r"""Return the configuration folder, which may not exist: ``G4F_LITE_CONFIG_DIR``, else the platform's folder.

    The platform's folder is ``$XDG_CONFIG_HOME/g4f-lite`` or ``~/.config/g4f-lite``, on macOS
    ``~/Library/Application Support/g4f-lite``, on Windows ``%APPDATA%\g4f-lite``. No I/O.

    Raises:
        RuntimeError: the home folder of the user is not known.
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
