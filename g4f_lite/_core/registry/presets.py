"""Presets: providers that a user adds without code, as a name for an installed provider and its options.

Presets come from the configuration file and from ``G4F_LITE_SERVICES="mine=http://127.0.0.1:8000/v1"``, where
each row is a preset of `openai`. A wrong row is one problem and does not affect other rows. If both have the
same name, the variable wins. A preset has its own key, and never uses that of the provider it is made of.
"""

import os
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from g4f_lite._core.config import CONFIG, SERVICES_VARIABLE
from g4f_lite._core.config.file import read_config
from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.validation.constants import INPUTS, parse_inputs, parse_models
from g4f_lite._core.validation.identity import auth_variable, is_name
from g4f_lite._utils.redaction import is_key_name
from g4f_lite._utils.text import find_similar_names, format_suggestion, join_names, shorten
from g4f_lite._utils.untrusted import safe_repr
from g4f_lite.contract import GROUP, DiscoveryProblem

__all__ = ["Preset", "find_base_problem", "parse_preset", "read_presets"]

_BASE = "openai"
_KEYS = (
    "provider",
    "base_url",
    "models",
    "embedding_models",
    "any_model",
    "inputs",
    "auth_env",
    "needs_auth",
    "options",
)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Preset(NamedTuple):
    """One row. A value that is None is that of the base provider.

    Attributes:
        base: the name of the base provider, which answers the calls.
        location: the place of the row, as ``file:line`` or as the name of the variable.
        options: the options for the base provider, which the caller's options override.
    """

    name: str
    base: str
    location: str
    options: Mapping[str, Any]
    models: tuple[str, ...] | None
    embedding_models: tuple[str, ...] | None
    any_model: bool | None
    inputs: tuple[str, ...] | None
    auth_env: str
    needs_auth: bool | None

    @property
    def claim(self) -> EntryPointClaim:
        """The preset's claim in the registry. It names no module to import."""
        return EntryPointClaim(GROUP, self.name, "", "", CONFIG, "", self.location)

    @property
    def constants(self) -> dict[str, Any]:
        """The constants that the row sets, under the names of `ProviderInfo`."""
        constants = {
            "url": self.options.get("base_url"),
            "models": self.models,
            "embedding_models": self.embedding_models,
            "any_model": self.any_model,
            "inputs": self.inputs,
            "needs_auth": self.needs_auth,
            "auth_env": self.auth_env,
            "auth_env_also": (),
            "address_env": () if "base_url" in self.options else None,
        }
        return {name: value for name, value in constants.items() if value is not None}


def read_presets() -> tuple[list[Preset], list[DiscoveryProblem]]:
    """Return the presets of the configuration file and the environment variable, and the problems of both."""
    config = read_config()
    rows = {name: _Row(name, value, config.location_of(name)) for name, value in config.providers.items()}
    services, problems = _read_services()
    rows.update(services)
    parsed = {name: parse_preset(*row) for name, row in rows.items()}
    # A row that is wrong, or is made of itself, is not a provider, and other rows may name the installed one.
    names = {name for name, (preset, _) in parsed.items() if preset is not None and preset.base != name}
    presets: list[Preset] = []
    problems = [*config.problems, *problems]
    for preset, row_problems in parsed.values():
        problem = None if preset is None else find_base_problem(preset, names)
        problems += row_problems if problem is None else [problem]
        if preset is not None and problem is None:
            presets.append(preset)
    return presets, problems


class _Row(NamedTuple):
    """One row of the configuration file or of the environment variable, not checked yet."""

    name: str
    value: Any
    location: str


def _read_services() -> tuple[dict[str, _Row], list[DiscoveryProblem]]:
    """Return the rows that the environment variable has, by name, and what is wrong with the others."""
    rows: dict[str, _Row] = {}
    problems = []
    for item in os.environ.get(SERVICES_VARIABLE, "").split(","):
        name, equals, url = (part.strip() for part in item.partition("="))
        if equals:
            rows[name] = _Row(name, {"base_url": url}, SERVICES_VARIABLE)
        elif name:
            message = f"{safe_repr(name)} is no row of the form NAME=URL"
            fix = f'Set {SERVICES_VARIABLE}="NAME=URL,NAME=URL".'
            problems.append(DiscoveryProblem(CONFIG, "", SERVICES_VARIABLE, message, fix=fix))
    return rows, problems


def parse_preset(name: str, value: Any, location: str) -> tuple[Preset | None, list[DiscoveryProblem]]:
    """Return the preset that a row describes, or None and everything that is wrong with the row.

    Args:
        name: the row's name.
        value: what the row says, as it was parsed from JSON.
        location: where the row is, for the problems.
    """
    row = _RowReader(name, value, location)
    row.check_shape()
    options = row.read_options()
    has_address = "base_url" in options
    auth_env = row.read_auth_env()
    preset = Preset(
        name=name,
        base=row.read_base(),
        location=location,
        options=MappingProxyType(options),
        models=row.read_models("models", ("default",) if has_address else None),
        embedding_models=row.read_models("embedding_models", () if has_address else None),
        any_model=row.read_flag("any_model", True if has_address else None),
        inputs=row.read_inputs(),
        auth_env=auth_env or auth_variable(name),
        needs_auth=row.read_flag("needs_auth", True if auth_env else False if has_address else None),
    )
    problems = row.sorted_problems()
    return (None if problems else preset), problems


def find_base_problem(preset: Preset, names: Collection[str]) -> DiscoveryProblem | None:
    """Return a problem if a preset is made of itself, or of one of the presets `names`; else None."""
    distribution, _, short = preset.base.rpartition(":")
    is_made_of_preset = distribution == CONFIG or (not distribution and short in {preset.name, *names})
    if not is_made_of_preset:
        return None
    if short == preset.name:
        message = "it is made of itself"
        fix = f"Give the row another name, such as 'my-{short}'; `provider` is who is installed."
    else:
        message = f"it is made of {preset.base!r}, which is such a row too"
        fix = "Name an installed provider; the full name 'DISTRIBUTION:NAME' tells it from a row."
    return _row_problem(preset.name, preset.location, message, fix)


def _row_problem(name: str, location: str, message: str, fix: str) -> DiscoveryProblem:
    about = f"the provider {shorten(repr(name), 60)}: {message}"
    return DiscoveryProblem(CONFIG, "", location, about, name, fix)


class _RowReader:
    """Reads the values of one row and collects its problems. No problem shows a value, which may be a key.

    A value that is wrong is read as its default, so that one pass finds all problems of the row.
    """

    def __init__(self, name: str, value: Any, location: str) -> None:
        self._name = name
        self._location = location
        self._value = value
        self._row: Mapping[str, Any] = value if isinstance(value, dict) else {}
        self._problems: list[tuple[int, DiscoveryProblem]] = []

    def sorted_problems(self) -> list[DiscoveryProblem]:
        """Return the problems in the order in which the row has the keys; those of no key come first."""
        return [problem for _, problem in sorted(self._problems, key=lambda item: item[0])]

    def _add_problem(self, message: str, fix: str, key: str = "") -> None:
        position = list(self._row).index(key) if key in self._row else -1
        self._problems.append((position, _row_problem(self._name, self._location, message, fix)))

    def check_shape(self) -> None:
        """Check that the row is an object under a provider's name, and has no unknown keys."""
        if not isinstance(self._value, dict):
            self._add_problem("it has to be an object", f"Write {{{', '.join(_KEYS[:3])}, ...}}.")
        if not is_name(self._name):
            fix = "Use lower case letters, digits, `-` and `_`, a letter or digit first."
            self._add_problem("that is no provider name", fix)
        for key in self._row:
            if key not in _KEYS:
                near = format_suggestion(find_similar_names(key, _KEYS))
                fix = f"{near} It knows: {join_names(_KEYS)}.".strip()
                self._add_problem(f"{shorten(repr(key), 60)} is no key of it", fix, key)

    # --- the keys ------------------------------------------------------------------------------

    def read_base(self) -> str:
        """Return the name of the provider that answers for the preset."""
        base = self._row.get("provider", _BASE)
        if not isinstance(base, str) or not is_name(base.rpartition(":")[2]):
            self._add_problem(
                "`provider` is no provider's name", "`g4f-lite providers` lists them.", "provider"
            )
            return _BASE
        return base

    def read_options(self) -> dict[str, Any]:
        """Return the options, `base_url` of the row included."""
        row_options = self._row.get("options", {})
        if not isinstance(row_options, dict):
            self._add_problem(
                "`options` is no object", 'Write {"options": {"temperature": 0.2}}, say.', "options"
            )
            return {}
        headers = row_options.get("extra_headers")
        names = [*row_options, *(headers if isinstance(headers, dict) else ())]
        for name in filter(is_key_name, names):
            fix = f"Keys do not belong here: use `g4f-lite keys set {self._name}`, or {auth_variable(self._name)}."
            self._add_problem(f"its options hold {shorten(repr(name), 60)}", fix, "options")
        options = dict(row_options)
        if "base_url" in self._row:
            if options.get("base_url", self._row["base_url"]) != self._row["base_url"]:
                message = "`base_url` is given twice, beside the options and in them"
                self._add_problem(message, "Keep one.", "base_url")
            options["base_url"] = self._row["base_url"]
        if "base_url" in options:
            self._check_url(options["base_url"])
        return options

    def _check_url(self, url: object) -> None:
        from urllib.parse import urlsplit

        try:
            parts = urlsplit(url if isinstance(url, str) else "")
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            parts, is_address = urlsplit(""), False
        key = "base_url" if "base_url" in self._row else "options"
        if not is_address or not str(url).isprintable() or " " in str(url):
            self._add_problem("`base_url` is no address", 'Write it as "https://HOST/v1".', key)
        elif parts.username is not None:
            fix = f"Take it out: the key goes into {auth_variable(self._name)}."
            self._add_problem("`base_url` has a login in it", fix, key)

    def read_models(self, key: str, default: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Return the models under `key`, or `default` if the row does not have the key."""
        if key not in self._row:
            return default
        models = parse_models(self._row[key], may_be_empty=key != "models")
        if models is None:
            self._add_problem(
                f"`{key}` is no list of names", f'Write {{"{key}": ["NAME"]}}, the default first.', key
            )
            return default
        return tuple(models.names)

    def read_inputs(self) -> tuple[str, ...] | None:
        """Return the kinds of inputs, or None if the row does not name them."""
        if "inputs" not in self._row:
            return None
        kinds = parse_inputs(self._row["inputs"])
        if kinds is None:
            message = f"`inputs` is no list of {join_names(INPUTS)}"
            self._add_problem(message, 'Write {"inputs": ["image"]}, say.', "inputs")
        return tuple(kinds or ())

    def read_flag(self, key: str, default: bool | None) -> bool | None:
        """Return the boolean under `key`, or `default` if the row does not have the key."""
        value = self._row.get(key, default)
        if value is not None and not isinstance(value, bool):
            self._add_problem(f"`{key}` is neither true nor false", "Write one of them, without quotes.", key)
            return default
        return value

    def read_auth_env(self) -> str | None:
        """Return the name of the environment variable for the key, or None if the row does not name it."""
        value = self._row.get("auth_env")
        if value is not None and not (isinstance(value, str) and _VARIABLE.fullmatch(value)):
            fix = f'Write {{"auth_env": "{auth_variable("mine")}"}}, say.'
            self._add_problem("`auth_env` is no variable's name", fix, "auth_env")
            return None
        return value
