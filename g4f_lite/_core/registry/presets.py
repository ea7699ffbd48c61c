"""Providers that a user adds without code: a name for an installed one, with options already given.

They come from the configuration file and from ``G4F_LITE_SERVICES="mine=http://127.0.0.1:8000/v1"``, each
of whose rows is a preset of `openai`. A row that is wrong is a problem of its own, and hurts no other; the
variable wins where both have a name. A preset's key is its own, never that of the provider it is made of.
"""

import os
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from g4f_lite._core.config.file import CONFIG, read_config
from g4f_lite._core.config.presence import SERVICES_VARIABLE
from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.validation.constants import INPUTS, inputs_in, models_in
from g4f_lite._core.validation.identity import auth_variable, is_name
from g4f_lite._utils.redaction import names_a_key
from g4f_lite._utils.text import _did_you_mean, _suggestion, join_names, shorten
from g4f_lite._utils.untrusted import safe_repr
from g4f_lite.contract import GROUP, DiscoveryProblem

__all__ = ["Preset", "read_presets"]

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
    """One row. What is None is left to the provider that it is made of.

    Attributes:
        base: the provider that answers for it.
        location: where the row stands.
        options: what that provider is called with, unless the caller says otherwise.
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
        """The claim that it is to the registry; it names nothing that could be imported."""
        return EntryPointClaim(GROUP, self.name, "", "", CONFIG, "", self.location)

    @property
    def constants(self) -> dict[str, Any]:
        """What it says of itself, under the names of `ProviderInfo`."""
        own = {
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
        return {name: value for name, value in own.items() if value is not None}


def read_presets() -> tuple[list[Preset], list[DiscoveryProblem]]:
    """Return the presets of the configuration and of the environment, and what is wrong with either."""
    config = read_config()
    rows = {name: _PresetParser(name, row, config.place(name)) for name, row in config.providers.items()}
    services, problems = _services()
    rows.update({row.name: row for row in services})
    presets = {name: preset for name, row in rows.items() if (preset := row.preset()) is not None}
    # A row that is wrong, or is made of itself, is no provider, and takes its name from none.
    names = {name for name, preset in presets.items() if preset.base != name}
    for name, preset in presets.items():
        rows[name].check_base(preset, names)
    found = [preset for name, preset in presets.items() if not rows[name].problems]
    return found, [*config.problems, *problems, *(item for row in rows.values() for item in row.problems)]


def _services() -> tuple[list["_PresetParser"], list[DiscoveryProblem]]:
    rows, problems = [], []
    for item in os.environ.get(SERVICES_VARIABLE, "").split(","):
        name, equals, url = (part.strip() for part in item.partition("="))
        if equals:
            rows.append(_PresetParser(name, {"base_url": url}, SERVICES_VARIABLE))
        elif name:
            message = f"{safe_repr(name)} is no row of the form NAME=URL"
            fix = f'Set {SERVICES_VARIABLE}="NAME=URL,NAME=URL".'
            problems.append(DiscoveryProblem(CONFIG, "", SERVICES_VARIABLE, message, fix=fix))
    return rows, problems


class _PresetParser:
    """One row as it stands there, and what is found to be wrong with it. Values are not shown: one may be a key."""

    def __init__(self, name: str, row: Any, location: str) -> None:
        self.name = name
        self.location = location
        self._found: list[tuple[int, DiscoveryProblem]] = []
        self._row: Mapping[str, Any] = row if isinstance(row, dict) else {}
        self._places = {key: place for place, key in enumerate(self._row)}
        if not isinstance(row, dict):
            self._fail("it has to be an object", f"Write {{{', '.join(_KEYS[:3])}, ...}}.")

    @property
    def problems(self) -> list[DiscoveryProblem]:
        """What is wrong with it, in the order in which the row has it."""
        return [problem for _, problem in sorted(self._found, key=lambda item: item[0])]

    def _fail(self, message: str, fix: str, key: str = "") -> None:
        about = f"the provider {shorten(repr(self.name), 60)}: {message}"
        problem = DiscoveryProblem(CONFIG, "", self.location, about, self.name, fix)
        self._found.append((self._places.get(key, -1), problem))

    def preset(self) -> Preset | None:
        """Return what the row says, or None if anything in it is wrong: all of that is noted then."""
        if not is_name(self.name):
            fix = "Use lower case letters, digits, `-` and `_`, a letter or digit first."
            self._fail("that is no provider name", fix)
        for key in self._row:
            if key not in _KEYS:
                near = _suggestion(_did_you_mean(key, _KEYS))
                fix = f"{near} It knows: {join_names(_KEYS)}.".strip()
                self._fail(f"{shorten(repr(key), 60)} is no key of it", fix, key)
        options = self._options()
        elsewhere = "base_url" in options
        auth_env = self._variable()
        preset = Preset(
            name=self.name,
            base=self._provider(),
            location=self.location,
            options=MappingProxyType(options),
            models=self._models("models", ("default",) if elsewhere else None),
            embedding_models=self._models("embedding_models", () if elsewhere else None),
            any_model=self._flag("any_model", otherwise=True if elsewhere else None),
            inputs=self._inputs(),
            auth_env=auth_env or auth_variable(self.name),
            needs_auth=self._flag("needs_auth", otherwise=True if auth_env else False if elsewhere else None),
        )
        return None if self._found else preset

    def check_base(self, preset: Preset, names: Collection[str]) -> None:
        """A preset is made of a provider, not of another preset (of `names`), nor of itself."""
        distribution, _, short = preset.base.rpartition(":")
        if distribution == CONFIG or (not distribution and (short == self.name or short in names)):
            if short == self.name:
                fix = f"Give the row another name, such as 'my-{short}'; `provider` is who is installed."
                self._fail("it is made of itself", fix, "provider")
            else:
                fix = "Name an installed provider; the full name 'DISTRIBUTION:NAME' tells it from a row."
                self._fail(f"it is made of {preset.base!r}, which is such a row too", fix, "provider")

    # --- the keys ------------------------------------------------------------------------------

    def _provider(self) -> str:
        base = self._row.get("provider", _BASE)
        if not isinstance(base, str) or not is_name(base.rpartition(":")[2]):
            self._fail("`provider` is no provider's name", "`g4f-lite providers` lists them.", "provider")
            return _BASE
        return base

    def _options(self) -> dict[str, Any]:
        given = self._row.get("options", {})
        if not isinstance(given, dict):
            self._fail("`options` is no object", 'Write {"options": {"temperature": 0.2}}, say.', "options")
            return {}
        headers = given.get("extra_headers")
        names = [*given, *(headers if isinstance(headers, dict) else ())]
        for name in filter(names_a_key, names):
            fix = f"Keys do not belong here: use `g4f-lite keys set {self.name}`, or {auth_variable(self.name)}."
            self._fail(f"its options hold {shorten(repr(name), 60)}", fix, "options")
        options = dict(given)
        if "base_url" in self._row:
            if options.get("base_url", self._row["base_url"]) != self._row["base_url"]:
                what = "`base_url` is given twice, beside the options and in them"
                self._fail(what, "Keep one.", "base_url")
            options["base_url"] = self._row["base_url"]
        if "base_url" in options:
            self._check_url(options["base_url"])
        return options

    def _check_url(self, url: object) -> None:
        from urllib.parse import urlsplit

        try:
            parts = urlsplit(url if isinstance(url, str) else "")
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            parts, good = urlsplit(""), False
        key = "base_url" if "base_url" in self._row else "options"
        if not good or not str(url).isprintable() or " " in str(url):
            self._fail("`base_url` is no address", 'Write it as "https://HOST/v1".', key)
        elif parts.username is not None:
            fix = f"Take it out: the key goes into {auth_variable(self.name)}."
            self._fail("`base_url` has a login in it", fix, key)

    def _models(self, key: str, otherwise: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if key not in self._row:
            return otherwise
        models = models_in(self._row[key], empty=key != "models")
        if models is None:
            self._fail(
                f"`{key}` is no list of names", f'Write {{"{key}": ["NAME"]}}, the default first.', key
            )
            return otherwise
        return tuple(models.names)

    def _inputs(self) -> tuple[str, ...] | None:
        if "inputs" not in self._row:
            return None
        kinds = inputs_in(self._row["inputs"])
        if kinds is None:
            what = f"`inputs` is no list of {join_names(INPUTS)}"
            self._fail(what, 'Write {"inputs": ["image"]}, say.', "inputs")
        return tuple(kinds or ())

    def _flag(self, key: str, *, otherwise: bool | None) -> bool | None:
        value = self._row.get(key, otherwise)
        if value is not None and not isinstance(value, bool):
            self._fail(f"`{key}` is neither true nor false", "Write one of them, without quotes.", key)
            return otherwise
        return value

    def _variable(self) -> str | None:
        value = self._row.get("auth_env")
        if value is not None and not (isinstance(value, str) and _VARIABLE.fullmatch(value)):
            fix = f'Write {{"auth_env": "{auth_variable("mine")}"}}, say.'
            self._fail("`auth_env` is no variable's name", fix, "auth_env")
            return None
        return value
