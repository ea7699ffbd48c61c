"""A registry that holds only what a test puts into it."""

import contextlib
from collections.abc import Iterator

from g4f_lite import Registry, registry

__all__ = ["isolated_registry"]


@contextlib.contextmanager
def isolated_registry() -> Iterator[Registry]:
    """Empty the process's registry for the length of a ``with`` block, then restore it as it was.

    ::

        with isolated_registry() as registry:
            registry.register(ScriptedProvider(["Hel", "lo"]), name="scripted")
            assert ChatCompletion.create(provider="scripted", messages=...) == "Hello"

    Inside, nothing that is installed is found, not even the built-in providers.
    """
    with registry.isolated():
        yield registry
