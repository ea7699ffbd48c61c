"""A registry with only the providers that a test registers."""

import contextlib
from collections.abc import Iterator

from g4f_lite import Registry, registry

__all__ = ["isolated_registry"]


@contextlib.contextmanager
def isolated_registry() -> Iterator[Registry]:
    """Empty the registry of the process during a ``with`` block, then restore it.

    ::

        with isolated_registry() as registry:
            registry.register(ScriptedProvider(["Hel", "lo"]), name="scripted")
            assert ChatCompletion.create(provider="scripted", messages=...) == "Hello"

    Inside the block, no installed provider is found, not even a built-in one.
    """
    with registry.isolated():
        yield registry
