"""Hook specifications (pluggy) for plugins that observe calls or register providers.

A hook is a function with one of these names and some or all of its parameters. It is in a provider module, in a
module of the entry-point group ``g4f_lite.hooks``, or on an object that was passed to `registry.add_hooks`::

    def g4f_lite_after_response(completion):
        print(completion.usage)

The marker `hookimpl` is only needed for pluggy's options (`tryfirst`, `trylast`).

Hooks observe a call; they do not change it. If a hook raises, the exception is reported in the call's provenance
(`hook_errors`) and to the logger ``g4f_lite.hooks``, and the call continues.
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
    """Register providers that have no entry point, with ``register(module_or_object, name=...)``."""


@hookspec
def g4f_lite_before_request(request: "g4f_lite.Request") -> None:
    """Observe a request immediately before the provider is called."""


@hookspec
def g4f_lite_after_response(request: "g4f_lite.Request", completion: "g4f_lite.Completion") -> None:
    """Observe a complete answer, or the part of it that arrived before the caller closed the stream.

    In the second case `completion.finish_reason` is ``"cancelled"``.
    """


@hookspec
def g4f_lite_on_error(request: "g4f_lite.Request", error: "g4f_lite.G4FLiteError") -> None:
    """Observe the error of an attempt. The error of the last attempt is observed before the caller gets it."""
