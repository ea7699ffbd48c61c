"""Import what one entry point names; whatever that raises becomes one error that names the plugin."""

import importlib
from types import TracebackType
from typing import Any

from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.stdout_capture import captured_stdout
from g4f_lite._utils.redaction import environment_secrets
from g4f_lite._utils.untrusted import describe_exception, exposes_secret
from g4f_lite.errors import ProviderLoadError

__all__ = ["load"]

_NOT_THERE = (importlib.__file__, __file__)
"""Files whose steps in a traceback say nothing about the plugin."""


def load(claim: EntryPointClaim) -> tuple[Any, str]:
    """Return the module or object of `claim`, and what its import printed on stdout.

    Raises:
        ProviderLoadError: for anything that the import raises, `SystemExit` included; only a
            `KeyboardInterrupt` that somebody's Ctrl-C raised is let through.
    """
    try:
        with captured_stdout() as printed:
            plugin: Any = importlib.import_module(claim.module)
            for part in filter(None, claim.attr.split(".")):
                plugin = getattr(plugin, part)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and not _is_raised_by(error, claim):
            raise
        failure = error
    else:
        return plugin, printed.getvalue()
    raise _failed(failure, claim)  # outside the `except`: what it caught may show a key


def _failed(error: BaseException, claim: EntryPointClaim) -> ProviderLoadError:
    """Return what the import of `claim` came to, without the keys of the environment."""
    own = _own_step(error, claim)
    secrets = environment_secrets()
    failure = ProviderLoadError(
        claim.name,
        distribution=claim.distribution,
        version=claim.version,
        location=own or claim.location or f"entry point {claim.name} = {claim.target}",
        reason=describe_exception(error, secrets=secrets),
        fix=_fix(error, claim, outside=not own),
    )
    failure.__cause__ = None if exposes_secret(error, secrets) else error
    return failure


def _is_raised_by(error: BaseException, claim: EntryPointClaim) -> bool:
    """Whether a `raise` statement in the plugin's own package raised it; a signal needs no statement."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None or not _is_in(step, claim):
        return False
    from opcode import opmap

    return step.tb_frame.f_code.co_code[step.tb_lasti] == opmap["RAISE_VARARGS"]


def _is_in(step: TracebackType, claim: EntryPointClaim) -> bool:
    name = step.tb_frame.f_globals.get("__name__")
    return isinstance(name, str) and name.partition(".")[0] == claim.module.partition(".")[0]


def _own_step(error: BaseException, claim: EntryPointClaim) -> str:
    """Return ``file:line`` of the last step in the plugin's own package, else of the last step at all.

    There is none, `""`, when the entry point names something that is not there.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno or 1}"
    last, own = "", ""
    step: TracebackType | None = error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if not file.startswith("<frozen") and file not in _NOT_THERE:
            last = f"{file}:{step.tb_lineno}"
            if _is_in(step, claim):
                own = last
        step = step.tb_next
    return own or last


def _fix(error: BaseException, claim: EntryPointClaim, *, outside: bool) -> str:
    if isinstance(error, SystemExit):
        return (
            f"Its import ends the program, which a plugin must not: tell the author of {claim.distribution}."
        )
    if outside and isinstance(error, AttributeError):
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
