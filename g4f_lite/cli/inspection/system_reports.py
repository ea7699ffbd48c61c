"""Reports of `doctor` about this machine and this process, without secrets."""

import contextlib
import os
import platform
import sys
from pathlib import Path
from typing import Any

from g4f_lite.cli.inspection.report import Report
from g4f_lite.cli.terminal.console import ERR, OUT
from g4f_lite.cli.terminal.redaction import is_secret_variable, mask_login, redact_secrets
from g4f_lite.paths import cache_dir

__all__ = ["cache_report", "environment_report", "python_report", "terminal_report"]

_PREFIX = "G4F_LITE_"
_G4F_LITE_VARIABLES = (
    "G4F_LITE_PROVIDER",
    "G4F_LITE_PLUGINS",
    "G4F_LITE_BLOCK",
    "G4F_LITE_STRICT",
    "G4F_LITE_SERVICES",
    "G4F_LITE_CONFIG_DIR",
    "G4F_LITE_CACHE",
    "G4F_LITE_KEYS",
    "G4F_LITE_HEALTH",
    "G4F_LITE_DEBUG",
)
_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_OTHER_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "NO_COLOR", "FORCE_COLOR")


def python_report() -> Report:
    """Return the report on the interpreter and the platform."""
    return {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "virtual_environment": sys.prefix != sys.base_prefix,
        "platform": platform.platform(),
        "machine": platform.machine(),
    }


def environment_report() -> dict[str, str | None]:
    """Return the values of the variables that matter, without logins, or None if not set."""
    values: dict[str, str | None] = {name: _redacted_value(name) for name in _G4F_LITE_VARIABLES}
    for name in sorted(os.environ):
        if name.upper().startswith(_PREFIX):
            values[name] = _redacted_value(name)
    for name in _PROXY_VARIABLES:
        for spelling in (name, name.lower()):
            if spelling == name or spelling in os.environ:
                values[spelling] = _redacted_value(spelling)
    values.update({name: _redacted_value(name) for name in _OTHER_VARIABLES})
    return values


def _redacted_value(name: str) -> str | None:
    value = os.environ.get(name)
    if value is None:
        return None
    return "(set)" if is_secret_variable(name) else redact_secrets(mask_login(value))


def cache_report() -> Report:
    """Return the report on the cache folder: its path, its content, and if it can be written."""
    try:
        folder = cache_dir()
    except RuntimeError as error:  # There is no home folder.
        return {
            "path": None,
            "exists": False,
            "writable": False,
            "bytes": 0,
            "weights": [],
            "error": str(error),
        }
    sizes = _file_sizes(folder)
    return {
        "path": str(folder),
        "exists": folder.is_dir(),
        "writable": _is_writable(folder),
        "bytes": sum(size for _, size in sizes),
        "weights": [str(path.relative_to(folder)) for path, _ in sizes if path.suffix == ".gguf"],
    }


def _file_sizes(folder: Path) -> list[tuple[Path, int]]:
    sizes = []
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root, name)
            try:
                sizes.append((path, path.stat().st_size))
            except OSError:  # The file is gone by now.
                continue
    return sizes


def _is_writable(folder: Path) -> bool:
    """Return whether a file can be created in `folder`.

    Creates a missing folder, and removes it again.

    The permissions of its parents would not answer this: root has all of them, and still cannot create a folder
    in ``/proc``.
    """
    from tempfile import TemporaryFile

    created: list[Path] = []
    try:
        for place in (*reversed(folder.parents), folder):
            if not place.is_dir():
                place.mkdir()
                created.append(place)
        with TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
    finally:
        for place in reversed(created):
            with contextlib.suppress(OSError):  # Another process has put a file there by now.
                place.rmdir()


def terminal_report() -> dict[str, Any]:
    """Return the report on the standard streams."""
    stdin = sys.stdin
    return {
        "stdin_is_terminal": stdin is not None and not stdin.closed and stdin.isatty(),
        "stdout_is_terminal": OUT.is_terminal,
        "stderr_is_terminal": ERR.is_terminal,
        "encoding": OUT.encoding,
        "width": OUT.width,
        "colours": OUT.has_colours,
        "term": os.environ.get("TERM"),
    }
