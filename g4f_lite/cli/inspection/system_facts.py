"""What `doctor` finds out about this machine and this process; nothing here shows a secret."""

import contextlib
import os
import platform
import sys
from pathlib import Path
from typing import Any

from g4f_lite.cli.inspection.facts import NEEDED, Facts
from g4f_lite.cli.terminal.console import ERR, OUT
from g4f_lite.cli.terminal.redaction import clean, is_secret_variable, masked_url
from g4f_lite.paths import cache_dir

__all__ = ["cache_facts", "environment_facts", "key_facts", "python_facts", "terminal_facts", "version_facts"]

_PACKAGES = ("g4f-lite", "requests", "urllib3", "pluggy", "xllamacpp", "httptools", "jsonschema", "keyring")

_PREFIX = "G4F_LITE_"
_USUAL = (
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
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_OTHERS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "NO_COLOR", "FORCE_COLOR")


def python_facts() -> Facts:
    """Return the interpreter and the platform."""
    return {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "virtual_environment": sys.prefix != sys.base_prefix,
        "platform": platform.platform(),
        "machine": platform.machine(),
    }


def version_facts() -> dict[str, str | None]:
    """Return the installed version of each package that matters; None: it is not installed."""
    return {name: _version(name) for name in _PACKAGES}


def missing_packages(versions: dict[str, str | None]) -> list[str]:
    """Return the packages that g4f-lite cannot do without and that are not there."""
    return [name for name in NEEDED if versions[name] is None]


def _version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except Exception:  # not installed, or its metadata cannot be read: it is of no use either way
        return None


def environment_facts() -> dict[str, str | None]:
    """Return the variables that matter: their values, without logins; None: not set."""
    facts: dict[str, str | None] = {name: _shown(name) for name in _USUAL}
    for name in sorted(os.environ):
        if name.upper().startswith(_PREFIX):
            facts[name] = _shown(name)
    for name in _PROXIES:
        for spelling in (name, name.lower()):
            if spelling == name or spelling in os.environ:
                facts[spelling] = _shown(spelling)
    facts.update({name: _shown(name) for name in _OTHERS})
    return facts


def _shown(name: str) -> str | None:
    value = os.environ.get(name)
    if value is None:
        return None
    return "(set)" if is_secret_variable(name) else clean(masked_url(value))


def key_facts(providers: list[Facts]) -> list[Facts]:
    """Return for each provider with a key whether it is there; never the key."""
    return [
        {
            "provider": item["name"],
            "variable": item["auth_env"],
            "also": item["auth_env_also"],
            "present": item["key_present"],
        }
        for item in providers
        if item["needs_auth"] or item["key_present"]
    ]


def cache_facts() -> Facts:
    """Return where the cache folder is, whether it can be written, and what is in it."""
    try:
        folder = cache_dir()
    except RuntimeError as error:  # no home folder
        return {
            "path": None,
            "exists": False,
            "writable": False,
            "bytes": 0,
            "weights": [],
            "error": str(error),
        }
    files = _files(folder)
    return {
        "path": str(folder),
        "exists": folder.is_dir(),
        "writable": _is_writable(folder),
        "bytes": sum(size for _, size in files),
        "weights": [str(path.relative_to(folder)) for path, _ in files if path.suffix == ".gguf"],
    }


def _files(folder: Path) -> list[tuple[Path, int]]:
    found = []
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root, name)
            try:
                found.append((path, path.stat().st_size))
            except OSError:  # gone meanwhile
                continue
    return found


def _is_writable(folder: Path) -> bool:
    """Whether a file can be made in `folder`; one that is not there is made for that, and removed again.

    Its parents' permissions would not tell: root has all of them, and cannot make a folder in ``/proc``.
    """
    from tempfile import TemporaryFile

    made: list[Path] = []
    try:
        for place in (*reversed(folder.parents), folder):
            if not place.is_dir():
                place.mkdir()
                made.append(place)
        with TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
    finally:
        for place in reversed(made):
            with contextlib.suppress(OSError):  # somebody else has put something there meanwhile
                place.rmdir()


def terminal_facts() -> dict[str, Any]:
    """Return what the standard streams are."""
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
