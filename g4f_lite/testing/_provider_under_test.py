"""The provider under test: found by a name, imported from a file, or an object."""

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from g4f_lite import InvalidProviderError, RegistryError, Verdict, registry
from g4f_lite.contract import LoadedProvider

__all__ = ["ProviderUnderTest", "import_file", "open_provider"]


@dataclass(frozen=True, slots=True)
class ProviderUnderTest:
    """The provider that a contract suite tests.

    Attributes:
        name: the provider's name.
        target: the module or file to import it from, or None for an object.
        verdict: the registry's verdict, or None if the provider could not be loaded.
        loaded: the provider, or None if it cannot be used.
        failure: why the provider could not be loaded or registered, or "".
    """

    name: str
    target: str | Path | None
    verdict: Verdict | None
    loaded: LoadedProvider | None
    failure: str = ""


@contextlib.contextmanager
def open_provider(provider: Any) -> Iterator[ProviderUnderTest]:
    """Load and judge a provider given as a name, a ``.py`` file, a module or an object."""
    if isinstance(provider, os.PathLike) or (isinstance(provider, str) and provider.endswith(".py")):
        yield from _from_file(Path(provider))
    elif isinstance(provider, str):
        yield _from_name(provider)
    else:
        name = getattr(provider, "__name__", "") if isinstance(provider, ModuleType) else ""
        target = name or None
        with registry.isolated():
            yield _from_object(provider, name.rpartition(".")[2].lower() or "candidate", target)


def _from_name(name: str) -> ProviderUnderTest:
    target = None
    try:
        target = registry.info(name).target.partition(":")[0]
        verdict = registry.verdict(name)
        return ProviderUnderTest(name, target, verdict, registry.get(name) if verdict.usable else None)
    except InvalidProviderError as error:  # G4F_LITE_STRICT is set.
        return ProviderUnderTest(name, target, Verdict(error.problems), None)
    except RegistryError as error:
        return ProviderUnderTest(name, target, None, None, str(error))


def _from_file(path: Path) -> Iterator[ProviderUnderTest]:
    name = path.stem.lower()
    with registry.isolated():
        try:
            module = import_file(path.resolve(), path.stat().st_mtime_ns)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            yield ProviderUnderTest(
                name, path, None, None, f"Importing {path} raises {type(error).__name__}: {error}"
            )
            return
        yield _from_object(module, name, path)


def _from_object(plugin: Any, name: str, target: str | Path | None) -> ProviderUnderTest:
    verdict = registry.judge(plugin, name)
    try:
        return ProviderUnderTest(name, target, verdict, registry.register(plugin, name=name))
    except InvalidProviderError:
        return ProviderUnderTest(name, target, verdict, None)
    except RegistryError as error:
        return ProviderUnderTest(name, target, verdict, None, str(error))


@lru_cache(maxsize=16)
def import_file(path: Path, changed_at: int = 0) -> ModuleType:  # noqa: ARG001 - part of the cache key
    """Import a file that is not on `sys.path`, once for each change of it."""
    # The prefix avoids shadowing a module: `random.py` is a good name for a provider's file.
    spec = importlib.util.spec_from_file_location(f"_g4f_lite_file_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # `dataclasses` looks its module up there.
    spec.loader.exec_module(module)
    return module
