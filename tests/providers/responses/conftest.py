"""Shared parts of the tests of the Responses API: recorded cases, a real server, and functions for calls."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from g4f_lite import registry
from g4f_lite_providers.local import weights as _weights

HERE = Path(__file__).parent


def load(file: Path) -> ModuleType:
    """Import a module of a folder of tests, which is not a package."""
    spec = importlib.util.spec_from_file_location(f"responses_tests_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def cases() -> Any:
    """Return the recorded bodies, and the functions that write such bodies."""
    return load(HERE / "cases.py")


@pytest.fixture
def exchange(provided):
    """Return a function that makes the provider's exchange, without sending it."""
    provider = registry.get(provided("openai"))
    call = getattr(provider.create, "call", provider.create)

    def make(messages=({"role": "user", "content": "Hi"},), *, model="gpt-4.1-mini", stream=False, **options):
        arguments = {"api": "responses", "auth": "some-test-key", **options}
        return call(model=model, messages=list(messages), stream=stream, **arguments)

    return make


@pytest.fixture(scope="session")
def llama_server(model_cache):
    """Run llama.cpp's server with the small chat model."""
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    server = load(HERE.parent / "openai" / "server.py").LlamaServer(
        model_cache / "models" / _weights.FILE_NAME
    )
    yield server
    server.close()
