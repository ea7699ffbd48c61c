"""Judge a provider: everything that is wrong with it at once, and the facts a call needs."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from g4f_lite import hookspecs
from g4f_lite._metadata import StaticMetadata, is_kind
from g4f_lite._signatures import Finding, SignatureFacts, examine, location_of
from g4f_lite._text_safety import shorten
from g4f_lite.contract import CONSTANTS, Constant, LoadedProvider, Problem, Verdict, params_of

__all__ = ["Identity", "validate"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_MISSING = object()


class Identity:
    """Who a provider is: its name, who brought it, and whether it came with g4f_lite."""

    __slots__ = ("builtin", "distribution", "name", "version")

    def __init__(self, name: str, distribution: str, version: str, *, builtin: bool = False) -> None:
        self.name = name
        self.distribution = distribution
        self.version = version
        self.builtin = builtin


def validate(
    plugin: Any, who: Identity, *, static: StaticMetadata | None = None, printed: str = ""
) -> tuple[Verdict, LoadedProvider | None]:
    """Return the verdict on `plugin`, and its facts if the loader can use it.

    Args:
        plugin: the module or object.
        who: its name and origin.
        static: what its source gave away before the import, to find drift.
        printed: what it printed while it was imported.
    """
    judge = _Judge(plugin, who)
    judge.check_name()
    if printed:
        shown = shorten(printed, 60)
        judge.add(
            Finding("prints-at-import", f"Importing it prints {shown!r}.", "Remove the output.", fatal=False)
        )
    values = {item.name: judge.constant(item) for item in CONSTANTS}
    create = judge.function("_create_completion")
    acreate = judge.function("_acreate_completion")
    facts = judge.signature("_create_completion", create)
    if acreate is not None:
        judge.signature("_acreate_completion", acreate, asynchronous=True)
    params = judge.params(create)
    judge.check_auth(values, facts)
    judge.check_drift(values, static)
    judge.check_hooks()
    notes = (
        () if values["supports_stream"] is not False else ("It answers whole: a stream of it is one chunk.",)
    )
    verdict = Verdict(tuple(judge.problems), notes)
    if not verdict.usable:
        return verdict, None
    return verdict, LoadedProvider(
        name=who.name,
        distribution=who.distribution,
        version=who.version,
        plugin=plugin,
        create=create,
        acreate=acreate,
        url=values["url"],
        models=tuple(values["model"]),
        supports_stream=values["supports_stream"],
        needs_auth=values["needs_auth"],
        working=values["working"] is not False,
        auth_env=values["auth_env"] or auth_variable(who.name),
        params=params,
        options=facts.options,
        any_option=facts.any_option,
        builtin=who.builtin,
        verdict=verdict,
    )


def auth_variable(name: str) -> str:
    """Return the environment variable that a provider's key is looked for in, unless it names another."""
    return f"{name.upper().replace('-', '_')}_API_KEY"


class _Judge:
    """Collects the problems of one provider."""

    def __init__(self, plugin: Any, who: Identity) -> None:
        self.plugin = plugin
        self.who = who
        self.problems: list[Problem] = []

    def add(self, finding: Finding, location: str | None = None) -> None:
        """Note a finding, with its place and its distribution."""
        self.problems.append(
            Problem(
                kind=finding.kind,
                message=finding.message,
                fix=finding.fix,
                location=self._home() if location is None else location,
                distribution=f"{self.who.distribution} {self.who.version}".strip(),
                fatal=finding.fatal,
            )
        )

    def _home(self, name: str = "") -> str:
        """Return the file of the provider, with the line that assigns `name` if there is one."""
        file = getattr(self.plugin, "__file__", None) if isinstance(self.plugin, ModuleType) else None
        if not isinstance(file, str):
            return location_of(self.plugin) or location_of(getattr(self.plugin, "_create_completion", None))
        return f"{file}:{_line_of(file, name)}"

    def _get(self, name: str) -> Any:
        """Return the attribute, or `_MISSING`; one that raises is a problem, not a crash."""
        try:
            return getattr(self.plugin, name, _MISSING)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            message = f"Reading `{name}` raises {type(error).__name__}: {shorten(str(error), 100)}."
            self.add(Finding("unreadable-attribute", message, "Make it a plain attribute."))
            return _MISSING

    def check_name(self) -> None:
        """The name has to be one that a caller can type."""
        if not _NAME.fullmatch(self.who.name):
            self.add(
                Finding(
                    "invalid-name",
                    f"{self.who.name!r} is no provider name.",
                    "Use lower case letters, digits, `-` and `_`, a letter or digit first.",
                )
            )

    def constant(self, row: Constant) -> Any:
        """Return a constant's value in the contract's type, None if it is absent or wrong."""
        value = self._get(row.name)
        if value is _MISSING:
            if row.required:
                self.add(Finding("missing-constant", f"`{row.name}` is missing.", f"Add `{row.example}`."))
            return None
        location = self._home(row.name)
        if row.kind == "list[str]":
            return self._models(value, location)
        if is_kind(value, row.kind):
            return value
        message = f"`{row.name}` is {shorten(repr(value), 60)}, a {type(value).__name__}, and has to be a {row.kind}."
        self.add(Finding("wrong-constant", message, f"Write `{row.example}`, say."), location)
        return None

    def _models(self, value: Any, location: str) -> list[str]:
        """Return the models as a list; other collections of strings are warned about and taken."""
        fix = "Write a list of strings, the default first."
        if isinstance(value, str) and value:
            message = f"`model` is the string {value!r}."
            self.add(
                Finding("model-not-list", message, f"Write `model = [{value!r}]`.", fatal=False), location
            )
            return [value]
        if isinstance(value, (tuple, set, frozenset, type({}.keys()))):
            message = f"`model` is a {type(value).__name__}."
            self.add(Finding("model-not-list", message, fix, fatal=False), location)
            value = sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
        if not is_kind(value, "list[str]"):
            message = (
                f"`model` is {shorten(repr(value), 60)} and has to be a list of names, with one at least."
            )
            self.add(Finding("wrong-constant", message, fix), location)
            return []
        models = list(dict.fromkeys(value))
        if len(models) != len(value):
            self.add(
                Finding("duplicate-model", "`model` names a model twice.", "Name each once.", fatal=False),
                location,
            )
        return models

    def function(self, name: str) -> Any:
        """Return the function; the synchronous one has to be there."""
        value = self._get(name)
        if value is not _MISSING:
            return value
        if name == "_create_completion":
            fix = "Define `def _create_completion(model: str, messages: list, stream: bool, **kwargs)`."
            self.add(Finding("missing-function", f"`{name}` is missing.", fix))
        return None

    def signature(self, name: str, function: Any, *, asynchronous: bool = False) -> SignatureFacts:
        """Judge a function's signature."""
        if function is None:
            return SignatureFacts(())
        facts = examine(name, function, asynchronous=asynchronous)
        for finding in facts.findings:
            self.add(finding, location_of(function) or None)
        return facts

    def params(self, create: Any) -> str:
        """Return the `params` line: the provider's own, or the computed one."""
        given = self._get("params")
        if isinstance(given, str):
            return given
        try:
            computed = params_of(self.who.name, create)
        except Exception:
            computed = ""  # the signature's own problem says why
        message = "`params` is missing." if given is _MISSING else f"`params` is a {type(given).__name__}."
        fix = f'Add `params = "{computed}"`.' if computed else "Add it once the signature is right."
        self.add(Finding("missing-params", message, fix, fatal=False))
        return computed

    def check_auth(self, values: dict[str, Any], facts: SignatureFacts) -> None:
        """A provider that needs a key should have a way to be given it."""
        if values["needs_auth"] and not facts.any_option and "auth" not in facts.options:
            message = "`needs_auth` is True, and `_create_completion` takes no `auth`."
            self.add(Finding("auth-not-taken", message, "Add `auth: str | None = None`.", fatal=False))

    def check_drift(self, values: dict[str, Any], static: StaticMetadata | None) -> None:
        """What the source said before the import has to be what the module says after it."""
        for name, before in static.values.items() if static else ():
            after = values.get(name)
            if after is not None and after != before:
                message = f"`{name}` reads {shorten(repr(before), 50)} in the source and is {shorten(repr(after), 50)}."
                fix = "Assign it once, as a literal, or only as something computed."
                self.add(Finding("metadata-drift", message, fix, fatal=False), self._home(name))

    def check_hooks(self) -> None:
        """Hooks have to be ones that exist, with parameters that they are given."""
        try:
            names = sorted(name for name in set(dir(self.plugin)) if hookspecs.is_hook_name(name))
        except Exception as error:
            message = f"Listing its attributes raises {type(error).__name__}."
            self.add(Finding("unreadable-attribute", message, "Correct its `__dir__`."))
            return
        for name in names:
            for finding in hook_findings(name, self._get(name)):
                self.add(finding)


def hook_findings(name: str, function: Any) -> Iterator[Finding]:
    """Judge one hook; a wrong one is left out, so it is never fatal."""
    if not callable(function):
        return
    if name not in hookspecs.HOOK_NAMES:
        fix = f"The hooks are: {', '.join(hookspecs.HOOK_NAMES)}."
        yield Finding("unknown-hook", f"There is no hook `{name}`.", fix, fatal=False)
        return
    try:
        own = list(inspect.signature(function).parameters)
        offered = list(inspect.signature(getattr(hookspecs, name)).parameters)
    except (TypeError, ValueError) as error:
        yield Finding("wrong-hook", f"`{name}` cannot be read: {error}.", "Write a plain `def`.", fatal=False)
        return
    options = getattr(function, f"{hookspecs.PROJECT}_impl", None) or {}
    if options.get("wrapper") or options.get("hookwrapper"):
        message = f"The hook `{name}` is a wrapper."
        yield Finding("wrong-hook", message, "Hooks only watch: write a plain `def`.", fatal=False)
    extra = [item for item in own if item not in offered]
    if extra:
        message = f"The hook `{name}` has parameters that it is not given: {', '.join(extra)}."
        yield Finding("wrong-hook", message, f"It may have: {', '.join(offered)}.", fatal=False)


def _line_of(file: str, name: str) -> int:
    """Return the line of the last top-level assignment to `name`, 1 if there is none."""
    if not name:
        return 1
    try:
        body = ast.parse(Path(file).read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError):
        return 1
    lines = [1]
    for statement in body:
        targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
        if any(isinstance(item, ast.Name) and item.id == name for item in targets):
            lines.append(statement.lineno)
    return lines[-1]
