"""Several --provider: asked one after the other until one answers, each with the options in its own types."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from g4f_lite._core.routing.resolver import ResolvedTarget, resolve_target
from g4f_lite._core.validation.options import accepts
from g4f_lite.cli.args.option_values import convert
from g4f_lite.cli.exit_codes import UsageError
from g4f_lite.errors import AllProvidersFailedError, G4FLiteError
from g4f_lite.results import Attempt
from g4f_lite.routes import Step

__all__ = ["check_several", "first_of", "steps_of"]


def check_several(names: Sequence[str], given: Mapping[str, str], where: Sequence[str], command: str) -> None:
    """Check what can be checked before anybody is looked for.

    Args:
        names: what each --provider says.
        given: the options.
        where: those that are meant for one service.
        command: the sub-command, for the error.

    Raises:
        UsageError: a name is empty, or an option is meant for one service.
    """
    if not all(name.strip() for name in names):
        raise UsageError("One of the --provider is empty: each takes a name.", command)
    for name in given:
        if name in where:
            raise UsageError(
                f"The option {name!r} is meant for one service, and {len(names)} providers are named. "
                "Name one, or make a preset in config.json of each.",
                command,
            )


def first_of(names: Sequence[str], model: str | None) -> ResolvedTarget:
    """Return the first that can be had; loads it.

    Raises:
        AllProvidersFailedError: none can.
    """
    attempts: list[Attempt] = []
    errors: list[G4FLiteError] = []
    for name in names:
        try:
            return _target(name, model)
        except G4FLiteError as error:
            errors.append(error)
            attempts.append(Attempt(name.partition("/")[0], model or "", "skipped", 0.0, str(error)))
    raise AllProvidersFailedError(attempts, errors)


def steps_of(
    names: Sequence[str], model: str | None, given: Mapping[str, str], progress: Callable[..., Any]
) -> list[Step]:
    """Return the steps of the route; loads who can be had, since options are read as their types.

    Who cannot be had is a step all the same: the call says why it is passed over.

    Raises:
        InvalidArgumentError: a value does not fit the option's type.
    """
    steps = []
    for name in names:
        try:
            provider = _target(name, model).provider
        except G4FLiteError:
            steps.append(Step(name))
            continue
        options = convert(provider, given)
        hint = provider.options.get("progress")
        if hint is not None and accepts(hint, progress):
            options["progress"] = progress
        steps.append(Step(name, options=options))
    return steps


def _target(name: str, model: str | None) -> ResolvedTarget:
    return resolve_target(name, None if "/" in name else model, has_auth=False)
