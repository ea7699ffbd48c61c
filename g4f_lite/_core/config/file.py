"""The configuration file: ``config.json`` in the configuration folder. It is JSON and has no keys in it.

::

    {"providers": {"mine": {"provider": "openai", "base_url": "http://127.0.0.1:8000/v1", "models": ["m1"]}}}
"""

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from g4f_lite._core.config import CONFIG, CONFIG_FILE
from g4f_lite._utils.text import find_similar_names, format_suggestion, join_names, shorten
from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.contract import DiscoveryProblem
from g4f_lite.paths import config_dir

__all__ = ["Config", "read_config"]

_MAX_BYTES = 1_000_000
_SECTIONS = ("providers",)


class Config(NamedTuple):
    """The content of the file, as far as it can be read.

    Attributes:
        file: the path of the file, which may not exist.
        text: the text of the file.
        providers: the unchecked rows of the section ``providers``, by name.
        problems: what is wrong with the file as a whole.
    """

    file: str
    text: str = ""
    providers: Mapping[str, Any] = {}
    problems: tuple[DiscoveryProblem, ...] = ()

    def location_of(self, name: str) -> str:
        """Return ``file:line`` of the first key of that name, or only the file if no line has it."""
        match = re.search(rf'"{re.escape(name)}"\s*:', self.text)
        return f"{self.file}:{self.text.count(chr(10), 0, match.start()) + 1}" if match else self.file


def read_config() -> Config:
    """Return the content of the configuration file, which is empty if the file does not exist. Never raises."""
    try:
        path = config_dir() / CONFIG_FILE
    except RuntimeError:  # the user has no home folder, hence no configuration
        return Config(CONFIG_FILE)
    try:
        text = _read_text(path)
    except (OSError, ValueError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) and error.strerror else describe_exception(error)
        )
        return _failed_config(
            str(path), f"it cannot be read: {reason}", "Make it a readable file of UTF-8 text."
        )
    return Config(str(path)) if text is None else _parse_config(str(path), text)


def _read_text(path: Path) -> str | None:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is no plain file")
        if status.st_size > _MAX_BYTES:
            raise OSError(0, f"it has {status.st_size} bytes, and more than {_MAX_BYTES} are not read")
        return path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _failed_config(location: str, message: str, fix: str) -> Config:
    file = location.rpartition(":")[0] if re.search(r":\d+$", location) else location
    return Config(file, problems=(DiscoveryProblem(CONFIG, "", location, message, fix=fix),))


def _parse_config(file: str, text: str) -> Config:
    import json  # imported here, because most users have no such file

    repeated: list[str] = []

    def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        repeated.extend(name for name in dict.fromkeys(names) if names.count(name) > 1)
        return dict(pairs)

    fix = "Correct it; it has the form " + '{"providers": {"NAME": {"base_url": "https://HOST/v1"}}}.'
    try:
        document = json.loads(text, object_pairs_hook=build_object)
    except json.JSONDecodeError as error:
        return _failed_config(f"{file}:{error.lineno}", f"it is no JSON: {error.msg}", fix)
    except (ValueError, RecursionError) as error:
        return _failed_config(file, f"it is no JSON that can be read: {describe_exception(error)}", fix)
    rows = document.get("providers", {}) if isinstance(document, dict) else None
    if not isinstance(rows, dict):
        rule = "`providers` has to be" if isinstance(document, dict) else "it has to hold"
        return _failed_config(file, f"{rule} an object", fix)
    config = Config(file, text, rows)
    problems = [_problem(config, name, f"{_quoted(name)} is given twice", "Keep one.") for name in repeated]
    for name in document:
        if name not in _SECTIONS:
            near = format_suggestion(find_similar_names(name, _SECTIONS))
            fix = f"{near} It knows: {join_names(_SECTIONS)}.".strip()
            problems.append(_problem(config, name, f"{_quoted(name)} is no key of this file", fix))
    return config._replace(problems=tuple(problems))


def _problem(config: Config, name: str, message: str, fix: str) -> DiscoveryProblem:
    return DiscoveryProblem(CONFIG, "", config.location_of(name), message, name, fix)


def _quoted(name: str) -> str:
    return shorten(repr(name), 60)
