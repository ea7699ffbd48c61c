"""The route of several `--provider`, which are tried in order."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from g4f_lite._core.routing.resolver import ResolvedTarget, resolve_target
from g4f_lite._core.validation.options import may_have_type
from g4f_lite.cli.args.option_values import convert_options
from g4f_lite.cli.exit_codes import UsageError
from g4f_lite.errors import AllProvidersFailedError, G4FLiteError
from g4f_lite.results import Attempt
from g4f_lite.routes import Step

__all__ = ["check_fallback_usage", "resolve_first_provider", "route_steps"]


def check_fallback_usage(
    names: Sequence[str], option_texts: Mapping[str, str], endpoint_options: Sequence[str], command: str
) -> None:
    """Check what can be checked without looking up a provider.

    Args:
        names: the value of each --provider.
        option_texts: the options of the call.
        endpoint_options: the names of options that are meant for one service.
        command: the sub-command, for the error.

    Raises:
        UsageError: a name is empty, or an option is meant for one service.
    """
    if not all(name.strip() for name in names):
        raise UsageError("One of the --provider is empty: each takes a name.", command)
    for option in option_texts:
        if option in endpoint_options:
            raise UsageError(
                f"The option {option!r} is meant for one service, and {len(names)} providers are named. "
                "Name one, or make a preset in config.json of each.",
                command,
            )


def resolve_first_provider(names: Sequence[str], model: str | None) -> ResolvedTarget:
    """Return the target of the first provider that can be used. Imports providers.

    Raises:
        AllProvidersFailedError: no provider can be used.
    """
    attempts: list[Attempt] = []
    errors: list[G4FLiteError] = []
    for name in names:
        try:
            return _resolve(name, model)
        except G4FLiteError as error:
            errors.append(error)
            attempts.append(Attempt(name.partition("/")[0], model or "", "skipped", 0.0, str(error)))
    raise AllProvidersFailedError(attempts, errors)


def route_steps(
    names: Sequence[str],
    model: str | None,
    option_texts: Mapping[str, str],
    progress: Callable[..., Any],
) -> list[Step]:
    """Return the steps of the route. Imports the providers, since their type hints are needed.

    A provider that cannot be used is a step too: the call then reports why it was skipped.

    Raises:
        InvalidArgumentError: a value does not fit the option's type.
    """
    steps = []
    for name in names:
        try:
            provider = _resolve(name, model).provider
        except G4FLiteError:
            steps.append(Step(name))
            continue
        options = convert_options(provider, option_texts)
        hint = provider.options.get("progress")
        if hint is not None and may_have_type(progress, hint):
            options["progress"] = progress
        steps.append(Step(name, options=options))
    return steps


def _resolve(name: str, model: str | None) -> ResolvedTarget:
    return resolve_target(name, None if "/" in name else model, has_auth=False)
