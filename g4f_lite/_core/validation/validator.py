"""Judge a provider: everything that is wrong with it at once, and the facts a call needs."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from g4f_lite._core.validation.constants import INPUTS, VARIABLES, fits, inputs_in, models_in, variables_in
from g4f_lite._core.validation.function_specs import FUNCTION_SPECS, Issue, location_of
from g4f_lite._core.validation.identity import Identity, auth_variable, is_name
from g4f_lite._core.validation.signatures import SignatureFacts, examine
from g4f_lite._utils.redaction import environment_secrets, redact
from g4f_lite._utils.text import join_names
from g4f_lite._utils.untrusted import call_or, describe_exception, is_module, plain_text, safe_name, safe_repr
from g4f_lite.contract import (
    CONSTANTS,
    Constant,
    Function,
    LoadedProvider,
    Problem,
    Verdict,
    hook_names,
    params_of,
)

if TYPE_CHECKING:
    from g4f_lite._core.validation.constants import StaticMetadata

__all__ = ["Identity", "ProviderChecker", "auth_variable", "is_name", "validate"]

_MISSING = object()
_T = TypeVar("_T")


def validate(
    plugin: Any, who: Identity, *, static: "StaticMetadata | None" = None, printed: str = ""
) -> tuple[Verdict, LoadedProvider | None]:
    """Return the verdict on `plugin`, and its facts if the loader can use it.

    Args:
        plugin: the module or object.
        who: its name and origin.
        static: what its source gave away before the import, to find drift.
        printed: what it printed while it was imported.
    """
    judge = ProviderChecker(plugin, who)
    judge.check_name()
    judge.check_output(printed)
    values = {item.name: judge.constant(item) for item in CONSTANTS}
    judge.guarded(judge.check_instance, None)
    functions = {name: judge.function(name) for name in FUNCTION_SPECS}
    facts = {name: judge.signature(name, function) for name, function in functions.items()}
    create, embed = functions["_create_completion"], functions["_create_embedding"]
    twins = callable(functions["_acreate_completion"])
    judge.check_twins(facts["_create_completion"], facts["_acreate_completion"], twins=twins)
    params = judge.params(create)
    if values["needs_auth"]:
        judge.check_auth("_create_completion", facts["_create_completion"])
        if embed is not None:
            judge.check_auth("_create_embedding", facts["_create_embedding"])
    judge.check_embedding(values, embed)
    judge.check_drift(values, static)
    judge.check_hooks()
    verdict = Verdict(tuple(judge.problems), _notes(values))
    if not verdict.usable:
        return verdict, None
    taken = facts["_create_completion"]
    return verdict, LoadedProvider(
        name=who.name,
        distribution=who.distribution,
        version=who.version,
        plugin=plugin,
        create=create,
        acreate=functions["_acreate_completion"],
        url=values["url"],
        models=tuple(values["model"]),
        supports_stream=values["supports_stream"],
        needs_auth=values["needs_auth"],
        working=values["working"] is not False,
        auth_env=values["auth_env"] or auth_variable(who.name),
        params=params,
        options=taken.options,
        any_option=taken.any_option,
        builtin=who.builtin,
        verdict=verdict,
        both_ways=taken.both_ways,
        any_model=values["any_model"] is True,
        inputs=tuple(values["inputs"] or ()),
        embed=_function(embed, facts["_create_embedding"]),
        embedding_models=tuple(values["embedding_model"] or ()),
        list_models=_function(functions["_list_models"], facts["_list_models"]),
        auth_env_also=tuple(values["auth_env_also"] or ()),
        address_env=tuple(values["address_env"] or ()),
    )


def _notes(values: dict[str, Any]) -> tuple[str, ...]:
    whole = values["supports_stream"] is False
    return ("It answers whole: a stream of it is one chunk.",) if whole else ()


def _function(function: Any, facts: SignatureFacts) -> Function | None:
    if function is None:
        return None
    return Function(function, facts.options, facts.any_option, facts.both_ways)


class ProviderChecker:
    """Collects the problems of one provider; each look at it can raise."""

    def __init__(self, plugin: Any, who: Identity) -> None:
        self.plugin = plugin
        self.who = who
        self.problems: list[Problem] = []
        self._uninstantiated = False
        self._object: str | None = None
        """Where an object is made or else its class is defined, once that was looked for."""

    def add(self, finding: Issue, location: str | None = None, *, of: str = "") -> None:
        """Note a finding, with its distribution and its place: that of the attribute `of`, if that is given."""
        self.problems.append(
            Problem(
                kind=finding.kind,
                message=finding.message,
                fix=finding.fix,
                location=self._location(of) if location is None else location,
                distribution=f"{self.who.distribution} {self.who.version}".strip(),
                fatal=finding.fatal,
            )
        )

    def guarded(self, step: Callable[[], _T], otherwise: _T) -> _T:
        """Return what `step` returns; what it raises is a problem, not a crash."""
        try:
            return step()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            message = f"Looking at it raises {describe_exception(error)}."
            fix = "Make its attributes plain values and plain functions."
            self.add(Issue("unreadable-attribute", message, fix))
            return otherwise

    def _location(self, name: str = "") -> str:
        """Return the file of the provider, with the line that assigns `name` if there is one."""
        from g4f_lite._utils.module_source import (  # only for what is wrong: it imports `ast`
            find_assignment_line,
            locate_assignment,
        )

        if not is_module(self.plugin):
            if self._object is None:
                row = call_or("", lambda: locate_assignment(self.who.module, self.who.attr))
                self._object = row or call_or("", lambda: location_of(self.plugin))
            return self._object
        file = plain_text(call_or(None, lambda: self.plugin.__file__))
        return f"{file}:{find_assignment_line(file, name)}" if file else ""

    def _get(self, name: str) -> Any:
        """Return the attribute, or `_MISSING`; one that raises is a problem, not a crash."""
        try:
            return getattr(self.plugin, name, _MISSING)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            message = f"Reading `{name}` raises {describe_exception(error, 100)}."
            self.add(Issue("unreadable-attribute", message, "Make it a plain attribute."))
            return _MISSING

    def check_name(self) -> None:
        """The name has to be one that a caller can type."""
        if not is_name(self.who.name):
            fix = "Use lower case letters, digits, `-` and `_`, a letter or digit first."
            self.add(Issue("invalid-name", f"{self.who.name!r} is no provider name.", fix))

    def check_output(self, printed: str) -> None:
        """A provider prints nothing: stdout is the program's."""
        if printed:
            message = f"Importing it prints {safe_repr(redact(printed, environment_secrets()))}."
            self.add(Issue("prints-at-import", message, "Remove the output.", fatal=False))

    # --- constants ---------------------------------------------------------------------------

    def constant(self, row: Constant) -> Any:
        """Return a constant's value in the contract's type, None if it is absent or wrong."""
        value = self._get(row.name)
        if value is not _MISSING:
            return self.guarded(lambda: self._constant(row, value), None)
        if row.required:
            self.add(Issue("missing-constant", f"`{row.name}` is missing.", f"Add `{row.example}`."))
        return None

    def _constant(self, row: Constant, value: Any) -> Any:
        if row.name == "inputs":
            return self._inputs(value)
        if row.name in VARIABLES:
            return self._variables(row, value)
        if row.kind == "list[str]":
            return self._models(row, value)
        if fits(value, row):
            return value if row.kind == "bool" else plain_text(value)
        wanted = "variable's name" if row.name == "auth_env" else row.kind
        message = f"`{row.name}` is {safe_repr(value)}, a {type(value).__name__}, and has to be a {wanted}."
        self.add(Issue("wrong-constant", message, f"Write `{row.example}`, say."), of=row.name)
        return None

    def _models(self, row: Constant, value: Any) -> list[str]:
        """Return the models as a list; other collections of strings are warned about and taken."""
        name = row.name
        fix = "Write a list of strings, the default first."
        models = models_in(value, empty=not row.required)
        if models is None:
            least = ", with one at least" if row.required else ""
            message = f"`{name}` is {safe_repr(value)} and has to be a list of names{least}."
            self.add(Issue("wrong-constant", message, fix), of=name)
            return []
        lone = plain_text(value)
        if lone is not None:
            message, fix = (
                f"`{name}` is the string {safe_repr(lone)}.",
                f"Write `{name} = [{safe_repr(lone)}]`.",
            )
            self.add(Issue("model-not-list", message, fix, fatal=False), of=name)
        elif not models.listed:
            message = f"`{name}` is a {type(value).__name__}."
            self.add(Issue("model-not-list", message, fix, fatal=False), of=name)
        if models.repeats:
            message = f"`{name}` names a model twice."
            self.add(Issue("duplicate-model", message, "Name each once.", fatal=False), of=name)
        return models.names

    def _inputs(self, value: Any) -> list[str]:
        kinds = inputs_in(value)
        if kinds is None:
            message = f"`inputs` is {safe_repr(value)} and has to be a list with no other items than {join_names(INPUTS)}."
            fix = "Name what its messages may hold beside text; leave it out for text alone."
            self.add(Issue("wrong-constant", message, fix), of="inputs")
        return kinds or []

    def _variables(self, row: Constant, value: Any) -> list[str]:
        names = variables_in(value)
        if names is None:
            message = f"`{row.name}` is {safe_repr(value)} and has to be a list of variables' names."
            self.add(Issue("wrong-constant", message, f"Write `{row.example}`, say."), of=row.name)
        return names or []

    def check_drift(self, values: dict[str, Any], static: "StaticMetadata | None") -> None:
        """What the source said before the import has to be what the module says after it."""
        for name, before in static.values.items() if static else ():
            after = values.get(name)
            if after is not None and after != before:
                message = f"`{name}` reads {safe_repr(before)} in the source and is {safe_repr(after)}."
                fix = "Assign it once, as a literal, or only as something computed."
                self.add(Issue("metadata-drift", message, fix, fatal=False), of=name)

    # --- functions ---------------------------------------------------------------------------

    def function(self, name: str) -> Any:
        """Return the function, None if there is none; only the synchronous one has to be there."""
        value = self._get(name)
        shape = FUNCTION_SPECS[name]
        if value is not _MISSING and not (value is None and shape.optional):
            return value
        if not shape.optional and value is _MISSING:
            self.add(Issue("missing-function", f"`{name}` is missing.", f"Define `{shape.definition}`."))
        return None

    def check_instance(self) -> None:
        """A class whose functions take `self` was meant to be instantiated; that is said once."""
        kind = self.plugin
        if not issubclass(type(kind), type):
            return
        import inspect

        function = inspect.getattr_static(kind, "_create_completion", None)
        if not inspect.isfunction(function) or [*function.__code__.co_varnames, ""][0] != "self":
            return
        self._uninstantiated = True
        name = safe_name(kind) or "Provider"
        message = f"It is the class `{name}`, and its `_create_completion` takes `self`."
        fix = f"Write `provider = {name}()`, and let the entry point name that: `module:provider`."
        self.add(Issue("class-not-instance", message, fix))

    def signature(self, name: str, function: Any) -> SignatureFacts:
        """Judge a function's signature."""
        nothing = SignatureFacts(())
        if function is None and (FUNCTION_SPECS[name].optional or self._get(name) is _MISSING):
            return nothing
        if self._uninstantiated:
            return SignatureFacts((), any_option=True)
        facts = self.guarded(lambda: examine(name, function), nothing)
        location = _place_of(function)
        for finding in facts.findings:
            self.add(finding, location)
        return facts

    def params(self, create: Any) -> str:
        """Return the `params` line: the provider's own, or the computed one."""
        given = self._get("params")
        text = plain_text(given)
        if text is not None:
            return text
        # Where it cannot be computed, the signature's own problem says why.
        computed = call_or("", lambda: params_of(self.who.name, create))
        message = "`params` is missing." if given is _MISSING else f"`params` is a {type(given).__name__}."
        fix = f'Add `params = "{computed}"`.' if computed else "Add it once the signature is right."
        self.add(Issue("missing-params", message, fix, fatal=False))
        return computed

    def check_auth(self, name: str, facts: SignatureFacts) -> None:
        """A provider that needs a key should have a way to be given it."""
        if not facts.any_option and "auth" not in facts.options:
            message = f"`needs_auth` is True, and `{name}` takes no `auth`."
            self.add(Issue("auth-not-taken", message, "Add `auth: str | None = None`.", fatal=False))

    def check_embedding(self, values: dict[str, Any], embed: Any) -> None:
        """Models of embeddings are of no use without the function that makes them."""
        if values["embedding_model"] and embed is None:
            message = "`embedding_model` names models, and there is no `_create_embedding`."
            fix = f"Define `{FUNCTION_SPECS['_create_embedding'].definition}`, or remove the models."
            self.add(Issue("missing-embedding", message, fix, fatal=False), of="embedding_model")

    def check_twins(self, facts: SignatureFacts, other: SignatureFacts, *, twins: bool) -> None:
        """What the synchronous function takes the asynchronous one is given too."""
        if not twins or other.any_option:
            return
        lacking = [f"`{name}`" for name in facts.options if name not in other.options]
        lacking += ["`**kwargs`"] if facts.any_option else []
        if lacking:
            message = (
                f"`_acreate_completion` does not take {', '.join(lacking)} and `_create_completion` does."
            )
            fix = "Give both the same parameters."
            self.add(Issue("options-differ", message, fix, fatal=False))

    def check_hooks(self) -> None:
        """Hooks have to be ones that exist, with parameters that they are given."""
        nothing: list[str] = []
        names = nothing if self._uninstantiated else self.guarded(lambda: hook_names(self.plugin), nothing)
        if names:  # outside the attempt: what cannot be imported here is no fault of the provider
            from g4f_lite._core.validation.hooks import hook_findings

            for name in names:
                self.guarded(partial(self._check_hook, name, hook_findings), None)

    def _check_hook(self, name: str, findings: Callable[[str, Any], Iterable[Issue]]) -> None:
        function = self._get(name)
        for finding in () if function is _MISSING else findings(name, function):
            self.add(finding, _place_of(function))


def _place_of(function: Any) -> str | None:
    return call_or("", lambda: location_of(function)) or None
