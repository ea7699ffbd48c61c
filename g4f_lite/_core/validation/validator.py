"""The validator of providers: everything that is wrong with one at once, and the facts that a call needs."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from g4f_lite._core.validation.constants import (
    INPUTS,
    VARIABLE_LISTS,
    is_valid_constant,
    parse_inputs,
    parse_models,
    parse_variables,
)
from g4f_lite._core.validation.function_specs import FUNCTION_SPECS, Issue, location_of
from g4f_lite._core.validation.identity import Identity, auth_variable, is_name
from g4f_lite._core.validation.signatures import SignatureFacts, check_function
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

__all__ = ["ProviderChecker", "validate"]

_MISSING = object()
_T = TypeVar("_T")


def validate(
    plugin: Any, identity: Identity, *, static: "StaticMetadata | None" = None, printed: str = ""
) -> tuple[Verdict, LoadedProvider | None]:
    """Return the verdict on `plugin`, and the provider if it is usable, else None.

    Args:
        plugin: the module or object.
        identity: its name and origin.
        static: the constants in its source, to find drift between source and module.
        printed: what its import printed on stdout.
    """
    checker = ProviderChecker(plugin, identity)
    checker.check_name()
    checker.check_output(printed)
    values = {item.name: checker.read_constant(item) for item in CONSTANTS}
    checker.try_or(None, checker.check_instance)
    functions = {name: checker.read_function(name) for name in FUNCTION_SPECS}
    facts = {name: checker.check_signature(name, function) for name, function in functions.items()}
    create, embed = functions["_create_completion"], functions["_create_embedding"]
    if callable(functions["_acreate_completion"]):
        checker.check_same_options(facts["_create_completion"], facts["_acreate_completion"])
    params = checker.read_params(create)
    if values["needs_auth"]:
        checker.check_auth("_create_completion", facts["_create_completion"])
        if embed is not None:
            checker.check_auth("_create_embedding", facts["_create_embedding"])
    checker.check_embedding(values, embed)
    checker.check_drift(values, static)
    checker.check_hooks()
    verdict = Verdict(tuple(checker.problems), _notes(values))
    if not verdict.usable:
        return verdict, None
    create_facts = facts["_create_completion"]
    return verdict, LoadedProvider(
        name=identity.name,
        distribution=identity.distribution,
        version=identity.version,
        plugin=plugin,
        create=create,
        acreate=functions["_acreate_completion"],
        url=values["url"],
        models=tuple(values["model"]),
        supports_stream=values["supports_stream"],
        needs_auth=values["needs_auth"],
        working=values["working"] is not False,
        auth_env=values["auth_env"] or auth_variable(identity.name),
        params=params,
        options=create_facts.options,
        any_option=create_facts.any_option,
        builtin=identity.builtin,
        verdict=verdict,
        both_ways=create_facts.both_ways,
        any_model=values["any_model"] is True,
        inputs=tuple(values["inputs"] or ()),
        embed=_to_function(embed, facts["_create_embedding"]),
        embedding_models=tuple(values["embedding_model"] or ()),
        list_models=_to_function(functions["_list_models"], facts["_list_models"]),
        auth_env_also=tuple(values["auth_env_also"] or ()),
        address_env=tuple(values["address_env"] or ()),
    )


def _notes(values: dict[str, Any]) -> tuple[str, ...]:
    if values["supports_stream"] is False:
        return ("It answers whole: a stream of it is one chunk.",)
    return ()


def _to_function(function: Any, facts: SignatureFacts) -> Function | None:
    if function is None:
        return None
    return Function(function, facts.options, facts.any_option, facts.both_ways)


class ProviderChecker:
    """The problems of one provider, which may be any object: reading an attribute of it may raise.

    Attributes:
        problems: what the checks so far have found.
    """

    def __init__(self, plugin: Any, identity: Identity) -> None:
        self.plugin = plugin
        self.identity = identity
        self.problems: list[Problem] = []
        self._is_class = False
        """Whether it is a class that its author meant to instantiate."""
        self._object_location: str | None = None
        """Where an object is created, or else its class is defined. None until it is looked up."""

    def add_problem(self, issue: Issue, location: str | None = None, *, attribute: str = "") -> None:
        """Add an issue with its distribution, and with `location` or else the location of `attribute`."""
        self.problems.append(
            Problem(
                kind=issue.kind,
                message=issue.message,
                fix=issue.fix,
                location=self._location(attribute) if location is None else location,
                distribution=f"{self.identity.distribution} {self.identity.version}".strip(),
                fatal=issue.fatal,
            )
        )

    def try_or(self, default: _T, step: Callable[[], _T]) -> _T:
        """Return the result of `step`; if it raises, add a problem and return `default`."""
        try:
            return step()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            message = f"Looking at it raises {describe_exception(error)}."
            fix = "Make its attributes plain values and plain functions."
            self.add_problem(Issue("unreadable-attribute", message, fix))
            return default

    def _location(self, attribute: str = "") -> str:
        """Return the file of the provider, with the line that assigns `attribute` if there is one."""
        # Imported for a problem only, because it imports `ast`.
        from g4f_lite._utils.module_source import find_assignment_line, locate_assignment

        identity = self.identity
        if not is_module(self.plugin):
            if self._object_location is None:
                location = call_or("", lambda: locate_assignment(identity.module, identity.attr))
                self._object_location = location or call_or("", lambda: location_of(self.plugin))
            return self._object_location
        file = plain_text(call_or(None, lambda: self.plugin.__file__))
        return f"{file}:{find_assignment_line(file, attribute)}" if file else ""

    def _read_attribute(self, name: str) -> Any:
        """Return the attribute, or `_MISSING`; if reading it raises, add a problem and return `_MISSING`."""
        try:
            return getattr(self.plugin, name, _MISSING)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            message = f"Reading `{name}` raises {describe_exception(error, 100)}."
            self.add_problem(Issue("unreadable-attribute", message, "Make it a plain attribute."))
            return _MISSING

    def check_name(self) -> None:
        """Check that a caller can type the name."""
        if not is_name(self.identity.name):
            fix = "Use lower case letters, digits, `-` and `_`, a letter or digit first."
            self.add_problem(Issue("invalid-name", f"{self.identity.name!r} is no provider name.", fix))

    def check_output(self, printed: str) -> None:
        """Check that the import printed nothing, since stdout belongs to the program."""
        if printed:
            message = f"Importing it prints {safe_repr(redact(printed, environment_secrets()))}."
            self.add_problem(Issue("prints-at-import", message, "Remove the output.", fatal=False))

    # --- constants ---------------------------------------------------------------------------

    def read_constant(self, constant: Constant) -> Any:
        """Return a constant's value in the contract's type, or None if it is missing or wrong."""
        value = self._read_attribute(constant.name)
        if value is not _MISSING:
            return self.try_or(None, lambda: self._parse_constant(constant, value))
        if constant.required:
            message = f"`{constant.name}` is missing."
            self.add_problem(Issue("missing-constant", message, f"Add `{constant.example}`."))
        return None

    def _parse_constant(self, constant: Constant, value: Any) -> Any:
        name = constant.name
        if name == "inputs":
            return self._parse_inputs(value)
        if name in VARIABLE_LISTS:
            return self._parse_variables(constant, value)
        if constant.kind == "list[str]":
            return self._parse_models(constant, value)
        if is_valid_constant(value, constant):
            return value if constant.kind == "bool" else plain_text(value)
        kind = "variable's name" if name == "auth_env" else constant.kind
        message = f"`{name}` is {safe_repr(value)}, a {type(value).__name__}, and has to be a {kind}."
        self.add_problem(
            Issue("wrong-constant", message, f"Write `{constant.example}`, say."), attribute=name
        )
        return None

    def _parse_models(self, constant: Constant, value: Any) -> list[str]:
        """Return the models as a list. Other collections of strings are accepted with a warning."""
        name = constant.name
        fix = "Write a list of strings, the default first."
        models = parse_models(value, may_be_empty=not constant.required)
        if models is None:
            minimum = ", with one at least" if constant.required else ""
            message = f"`{name}` is {safe_repr(value)} and has to be a list of names{minimum}."
            self.add_problem(Issue("wrong-constant", message, fix), attribute=name)
            return []
        single_name = plain_text(value)
        if single_name is not None:
            message = f"`{name}` is the string {safe_repr(single_name)}."
            fix = f"Write `{name} = [{safe_repr(single_name)}]`."
            self.add_problem(Issue("model-not-list", message, fix, fatal=False), attribute=name)
        elif not models.is_list:
            message = f"`{name}` is a {type(value).__name__}."
            self.add_problem(Issue("model-not-list", message, fix, fatal=False), attribute=name)
        if models.has_repeats:
            message = f"`{name}` names a model twice."
            issue = Issue("duplicate-model", message, "Name each once.", fatal=False)
            self.add_problem(issue, attribute=name)
        return models.names

    def _parse_inputs(self, value: Any) -> list[str]:
        kinds = parse_inputs(value)
        if kinds is None:
            message = f"`inputs` is {safe_repr(value)} and has to be a list with no other items than {join_names(INPUTS)}."
            fix = "Name what its messages may hold beside text; leave it out for text alone."
            self.add_problem(Issue("wrong-constant", message, fix), attribute="inputs")
        return kinds or []

    def _parse_variables(self, constant: Constant, value: Any) -> list[str]:
        name = constant.name
        variables = parse_variables(value)
        if variables is None:
            message = f"`{name}` is {safe_repr(value)} and has to be a list of variables' names."
            issue = Issue("wrong-constant", message, f"Write `{constant.example}`, say.")
            self.add_problem(issue, attribute=name)
        return variables or []

    def check_drift(self, values: dict[str, Any], static: "StaticMetadata | None") -> None:
        """Check that the imported module has the constants that its source has."""
        for name, before in static.values.items() if static else ():
            after = values.get(name)
            if after is not None and after != before:
                message = f"`{name}` reads {safe_repr(before)} in the source and is {safe_repr(after)}."
                fix = "Assign it once, as a literal, or only as something computed."
                self.add_problem(Issue("metadata-drift", message, fix, fatal=False), attribute=name)

    # --- functions ---------------------------------------------------------------------------

    def read_function(self, name: str) -> Any:
        """Return the function, or None if it is missing; only `_create_completion` is required."""
        value = self._read_attribute(name)
        spec = FUNCTION_SPECS[name]
        if value is not _MISSING and not (value is None and spec.is_optional):
            return value
        if not spec.is_optional and value is _MISSING:
            issue = Issue("missing-function", f"`{name}` is missing.", f"Define `{spec.definition}`.")
            self.add_problem(issue)
        return None

    def check_instance(self) -> None:
        """Check that it is not a class with functions that take `self`, which its author meant to instantiate."""
        kind = self.plugin
        if not issubclass(type(kind), type):
            return
        import inspect

        function = inspect.getattr_static(kind, "_create_completion", None)
        if not inspect.isfunction(function) or [*function.__code__.co_varnames, ""][0] != "self":
            return
        self._is_class = True
        name = safe_name(kind) or "Provider"
        message = f"It is the class `{name}`, and its `_create_completion` takes `self`."
        fix = f"Write `provider = {name}()`, and let the entry point name that: `module:provider`."
        self.add_problem(Issue("class-not-instance", message, fix))

    def check_signature(self, name: str, function: Any) -> SignatureFacts:
        """Check a function's signature, and return the facts about it.

        A class that should be an instance is accepted here: `check_instance` has reported it.
        """
        if function is None and (FUNCTION_SPECS[name].is_optional or self._read_attribute(name) is _MISSING):
            return SignatureFacts(())
        if self._is_class:
            return SignatureFacts((), any_option=True)
        facts = self.try_or(SignatureFacts(()), lambda: check_function(name, function))
        location = _function_location(function)
        for issue in facts.issues:
            self.add_problem(issue, location)
        return facts

    def read_params(self, create: Any) -> str:
        """Return the `params` line: the provider's own, or the computed one."""
        value = self._read_attribute("params")
        text = plain_text(value)
        if text is not None:
            return text
        # If it cannot be computed, an issue of the signature has the reason.
        computed = call_or("", lambda: params_of(self.identity.name, create))
        message = "`params` is missing." if value is _MISSING else f"`params` is a {type(value).__name__}."
        fix = f'Add `params = "{computed}"`.' if computed else "Add it once the signature is right."
        self.add_problem(Issue("missing-params", message, fix, fatal=False))
        return computed

    def check_auth(self, name: str, facts: SignatureFacts) -> None:
        """Check that a function of a provider that needs a key takes one."""
        if not facts.any_option and "auth" not in facts.options:
            message = f"`needs_auth` is True, and `{name}` takes no `auth`."
            self.add_problem(Issue("auth-not-taken", message, "Add `auth: str | None = None`.", fatal=False))

    def check_embedding(self, values: dict[str, Any], embed: Any) -> None:
        """Check that a provider with embedding models has the function for them."""
        if values["embedding_model"] and embed is None:
            message = "`embedding_model` names models, and there is no `_create_embedding`."
            fix = f"Define `{FUNCTION_SPECS['_create_embedding'].definition}`, or remove the models."
            issue = Issue("missing-embedding", message, fix, fatal=False)
            self.add_problem(issue, attribute="embedding_model")

    def check_same_options(self, sync_facts: SignatureFacts, async_facts: SignatureFacts) -> None:
        """Check that the asynchronous function takes every option of the synchronous one."""
        if async_facts.any_option:
            return
        missing = [f"`{name}`" for name in sync_facts.options if name not in async_facts.options]
        missing += ["`**kwargs`"] if sync_facts.any_option else []
        if missing:
            message = (
                f"`_acreate_completion` does not take {', '.join(missing)} and `_create_completion` does."
            )
            fix = "Give both the same parameters."
            self.add_problem(Issue("options-differ", message, fix, fatal=False))

    def check_hooks(self) -> None:
        """Check that its hooks exist, and take only the parameters that the hooks pass."""
        no_names: list[str] = []
        names = no_names if self._is_class else self.try_or(no_names, lambda: hook_names(self.plugin))
        if names:
            # Outside `try_or`, since a failure of this import is not the provider's fault.
            from g4f_lite._core.validation.hooks import find_hook_issues

            for name in names:
                self.try_or(None, partial(self._check_hook, name, find_hook_issues))

    def _check_hook(self, name: str, find_issues: Callable[[str, Any], Iterable[Issue]]) -> None:
        function = self._read_attribute(name)
        for issue in () if function is _MISSING else find_issues(name, function):
            self.add_problem(issue, _function_location(function))


def _function_location(function: Any) -> str | None:
    return call_or("", lambda: location_of(function)) or None
