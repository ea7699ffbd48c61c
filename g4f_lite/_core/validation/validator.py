"""Judge a provider: everything that is wrong with it at once, and the facts a call needs."""

from typing import TYPE_CHECKING, Any

from g4f_lite._core.validation.checks import ProviderChecker
from g4f_lite._core.validation.function_specs import FUNCTION_SPECS
from g4f_lite._core.validation.identity import Identity, auth_variable, is_name
from g4f_lite._core.validation.signatures import SignatureFacts
from g4f_lite.contract import CONSTANTS, Function, LoadedProvider, Verdict

if TYPE_CHECKING:
    from g4f_lite._core.validation.constants import StaticMetadata

__all__ = ["Identity", "auth_variable", "is_name", "validate"]


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
