"""The cross-cutting hooks that plugins may implement, as pluggy specifications.

A hook is a function with one of these names and some or all of its parameters, in a provider module, in
a module of the entry-point group ``g4f_lite.hooks``, or on an object given to `registry.add_hooks`. The
marker `hookimpl` is only needed for pluggy's options (`tryfirst`, `trylast`).

Hooks watch; they do not change the call. One that raises is reported in the call's provenance
(`hook_errors`) and to the logger ``g4f_lite.hooks``, and the call goes on.
"""

from collections.abc import Callable

import pluggy

import g4f_lite
from g4f_lite.contract import HOOK_NAMES, PROJECT

__all__ = [
    "HOOK_NAMES",
    "PROJECT",
    "g4f_lite_after_response",
    "g4f_lite_before_request",
    "g4f_lite_on_error",
    "g4f_lite_register_providers",
    "hookimpl",
]

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def g4f_lite_register_providers(register: Callable[..., None]) -> None:
    """Offer providers that have no entry point of their own: ``register(module_or_object, name=...)``."""


@hookspec
def g4f_lite_before_request(request: "g4f_lite.Request") -> None:
    """See a request just before its provider is asked."""


@hookspec
def g4f_lite_after_response(request: "g4f_lite.Request", completion: "g4f_lite.Completion") -> None:
    """See an answer after its end, or what had come of it when the caller closed it.

    In the second case `completion.finish_reason` is ``"cancelled"``.
    """


@hookspec
def g4f_lite_on_error(request: "g4f_lite.Request", error: "g4f_lite.G4FLiteError") -> None:
    """See the error that an attempt ended with; where it is the last one, before the caller does."""
