"""The import of what an entry point names; whatever it raises becomes one error that names the plugin."""

import importlib
from types import TracebackType
from typing import Any

from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.stdout_capture import capture_stdout
from g4f_lite._utils.redaction import environment_secrets
from g4f_lite._utils.untrusted import describe_exception, exposes_secret
from g4f_lite.errors import ProviderLoadError

__all__ = ["import_plugin"]

_IGNORED_FILES = (importlib.__file__, __file__)
"""Files that are left out of a traceback, because their frames say nothing about the plugin."""


def import_plugin(claim: EntryPointClaim) -> tuple[Any, str]:
    """Return the module or object that `claim` names, and what its import printed on stdout.

    Raises:
        ProviderLoadError: the import raised anything, `SystemExit` included. Only a `KeyboardInterrupt`
            that comes from Ctrl-C passes through.
    """
    try:
        with capture_stdout() as printed:
            plugin: Any = importlib.import_module(claim.module)
            for part in filter(None, claim.attr.split(".")):
                plugin = getattr(plugin, part)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and not _is_raised_by_plugin(error, claim):
            raise
        cause = error
    else:
        return plugin, printed.getvalue()
    # Raised outside the `except`: the caught exception may show a key, and must not be the context.
    raise _load_error(cause, claim)


def _load_error(cause: BaseException, claim: EntryPointClaim) -> ProviderLoadError:
    """Return the error for a failed import, without the keys that the environment has."""
    location = _error_location(cause, claim)
    secrets = environment_secrets()
    error = ProviderLoadError(
        claim.name,
        distribution=claim.distribution,
        version=claim.version,
        location=location or claim.location or f"entry point {claim.name} = {claim.target}",
        reason=describe_exception(cause, secrets=secrets),
        fix=_suggest_fix(cause, claim, has_location=bool(location)),
    )
    error.__cause__ = None if exposes_secret(cause, secrets) else cause
    return error


def _is_raised_by_plugin(error: BaseException, claim: EntryPointClaim) -> bool:
    """Whether a `raise` statement in the plugin's package raised it; a signal needs no such statement."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None or not _is_in_plugin(step, claim):
        return False
    from opcode import opmap

    return step.tb_frame.f_code.co_code[step.tb_lasti] == opmap["RAISE_VARARGS"]


def _is_in_plugin(step: TracebackType, claim: EntryPointClaim) -> bool:
    name = step.tb_frame.f_globals.get("__name__")
    return isinstance(name, str) and name.partition(".")[0] == claim.module.partition(".")[0]


def _error_location(error: BaseException, claim: EntryPointClaim) -> str:
    """Return ``file:line`` of the last step in the plugin's package, or else of the last step at all.

    Return `""` without any such step, which means that the entry point names something missing.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno or 1}"
    last, last_in_plugin = "", ""
    step: TracebackType | None = error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if not file.startswith("<frozen") and file not in _IGNORED_FILES:
            last = f"{file}:{step.tb_lineno}"
            if _is_in_plugin(step, claim):
                last_in_plugin = last
        step = step.tb_next
    return last_in_plugin or last


def _suggest_fix(error: BaseException, claim: EntryPointClaim, *, has_location: bool) -> str:
    if isinstance(error, SystemExit):
        return (
            f"Its import ends the program, which a plugin must not: tell the author of {claim.distribution}."
        )
    if isinstance(error, AttributeError) and not has_location:
        return f"Reinstall {claim.distribution}: its entry point names {claim.attr!r}, which is not there."
    if isinstance(error, ModuleNotFoundError) and error.name:
        if error.name == claim.module or claim.module.startswith(f"{error.name}."):
            return f"Reinstall {claim.distribution}: its entry point names a module that is not there."
        if error.name.partition(".")[0] == claim.module.partition(".")[0]:
            return f"Reinstall {claim.distribution}: its own module {error.name!r} is not there."
        return (
            f"Install the package that has the module {error.name!r} "
            f"(pip install {error.name.partition('.')[0]}, perhaps), or reinstall {claim.distribution}."
        )
    return f"Update or uninstall {claim.distribution}, or tell its author."
