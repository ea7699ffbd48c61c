"""Shared parts of the tests of the providers."""

import importlib
from collections.abc import Callable, Iterator

import pytest

from g4f_lite import registry


@pytest.fixture
def provided() -> Iterator[Callable[[str], str]]:
    """Register a built-in provider by name, even if its entry point is not installed."""
    added = []

    def ensure(name: str) -> str:
        if not registry.knows(name):
            try:
                plugin = importlib.import_module(f"g4f_lite_providers.{name}")
            except ModuleNotFoundError:
                plugin = getattr(importlib.import_module("g4f_lite_providers.services"), name)
            registry.register(plugin, name=name)
            added.append(name)
        return name

    yield ensure
    for name in added:
        registry.unregister(name)
