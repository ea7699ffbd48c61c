"""The runtime of the embedded model: llama.cpp, through the package `xllamacpp`."""

import importlib
import importlib.util
import os
import platform
import secrets
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from g4f_lite.errors import ProviderSetupError
from g4f_lite_providers.local.model import CONTEXT

__all__ = ["THREADS_VARIABLE", "check", "import_runtime", "load"]

THREADS_VARIABLE = "G4F_LITE_LOCAL_THREADS"

_PACKAGE = "xllamacpp"
_INSTALL = "Run: pip install 'g4f-lite[local]'"
_CPU_FACTS = Path("/proc/cpuinfo")
_MOST_THREADS = 512  # what the runtime's own tables hold

_BATCH = 64
"""Tokens of the prompt read between two looks at whether the call was cancelled, about half a second.

Larger batches are no faster on one thread; with the runtime's 2048 a cancel would wait for the prompt.
"""


def check() -> None:
    """Find out, without importing the runtime, whether it can work here.

    Raises:
        ProviderSetupError: the extra is not installed, or the processor is too old.
    """
    if not _installed():
        raise ProviderSetupError("The embedded model's runtime is not installed.", hint=_INSTALL)
    if not _has_avx2():
        raise ProviderSetupError(
            "The embedded model's runtime needs a processor with AVX2, and this one has none.",
            hint="Use a machine with one, or ask another provider.",
        )


def _installed() -> bool:
    if _PACKAGE in sys.modules:
        return sys.modules[_PACKAGE] is not None
    try:
        return importlib.util.find_spec(_PACKAGE) is not None
    except (ImportError, ValueError):
        return False


@lru_cache(maxsize=1)
def _has_avx2() -> bool:
    """Return False where that is known: the runtime would die of an illegal instruction, without a word."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    try:
        with _CPU_FACTS.open(encoding="ascii", errors="replace") as lines:
            flags = next((line for line in lines if line.startswith("flags")), "")
    except OSError:  # not Linux
        return True
    return not flags or "avx2" in flags.split()


def import_runtime() -> Any:
    """Return the module `xllamacpp`.

    Raises:
        ProviderSetupError: it is not installed, or a library that it needs is not.
    """
    try:
        return importlib.import_module(_PACKAGE)
    except ModuleNotFoundError as error:
        if error.name == _PACKAGE:
            raise ProviderSetupError(
                "The embedded model's runtime is not installed.", hint=_INSTALL
            ) from None
        raise _broken(error) from error
    except Exception as error:
        raise _broken(error) from error


def _broken(error: Exception) -> ProviderSetupError:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    if "libgomp" in reason:
        return ProviderSetupError(
            "The embedded model's runtime needs the library libgomp.so.1, which is not installed.",
            hint="Run: apt-get install libgomp1 (on Fedora: dnf install libgomp; on Alpine: apk add libgomp).",
        )
    return ProviderSetupError(
        f"The embedded model's runtime cannot be imported: {reason}.",
        hint="Reinstall it: pip install --force-reinstall xllamacpp",
    )


def load(path: Path) -> Any:
    """Return a running `xllamacpp.Server` with the model of that file.

    Raises:
        ProviderSetupError: the file is no model that the runtime can read, or there is no memory for it.
    """
    runtime = import_runtime()
    try:
        server = runtime.Server(_settings(runtime, path))
        # Any question that the server's own thread answers. One that is destroyed before that thread has
        # begun its loop never ends, with Python's lock held: a Ctrl-C during the load would hang.
        server.handle_metrics()
        return server
    except ProviderSetupError:
        raise
    except Exception as error:
        raise ProviderSetupError(
            f"The embedded model's runtime could not load {path}: {' '.join(str(error).split())[:200]}",
            hint="The file is no model that it can read, or memory is short (300 MB are needed). "
            "Delete the file to have it fetched again, or correct G4F_LITE_LOCAL_MODEL.",
        ) from error


def _settings(runtime: Any, path: Path) -> Any:
    settings = runtime.CommonParams()
    settings.model.path = str(path)
    settings.n_ctx = CONTEXT
    settings.n_parallel = 1  # the context would be divided among more
    settings.n_batch = settings.n_ubatch = _BATCH
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = _threads()
    settings.verbosity = 0
    settings.warmup = False
    settings.fit_params = False  # a trial load that finds out what fits a GPU; it doubles the time to load
    settings.cache_ram_mib = 0  # else up to 8 GB of past conversations are kept
    settings.prefill_assistant = False  # after an assistant's message comes a new one, as with OpenAI
    # The runtime opens a port on the loopback interface, like it or not: let nobody use it.
    settings.api_keys = [secrets.token_urlsafe()]
    settings.cors_origins = "http://localhost"
    settings.ui = settings.endpoint_slots = settings.endpoint_props = False
    settings.endpoint_metrics = True  # see `load`
    settings.n_threads_http = 1
    return settings


def _threads() -> int:
    """Return how many threads to use. One by default: more spin and starve each other on a busy machine."""
    text = os.environ.get(THREADS_VARIABLE) or "1"
    if text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_THREADS:
        return int(text)
    raise ProviderSetupError(
        f"{THREADS_VARIABLE} is {text[:40]!r}; it has to be a whole number from 1 to {_MOST_THREADS}.",
        hint="Correct it, or unset it for one thread.",
    )
