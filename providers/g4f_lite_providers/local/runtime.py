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
from g4f_lite_providers.local.model import CONTEXT_SIZE

__all__ = ["THREADS_VARIABLE", "check_runtime", "import_runtime", "load_model"]

THREADS_VARIABLE = "G4F_LITE_LOCAL_THREADS"

_PACKAGE = "xllamacpp"
_INSTALL_HINT = "Run: pip install 'g4f-lite[local]'"
_CPU_INFO = Path("/proc/cpuinfo")
_MAX_THREADS = 512  # the size of the runtime's own tables

_BATCH_SIZE = 64
"""The tokens of the prompt that are read between two checks for a cancel, which takes about half a second.

Larger batches are not faster on one thread. With the runtime's default of 2048, a cancel would wait until the
prompt is read.
"""


def check_runtime() -> None:
    """Check that the runtime can work here, without importing it.

    Raises:
        ProviderSetupError: the extra is not installed, or the processor has no AVX2.
    """
    if not _is_installed():
        raise ProviderSetupError("The embedded model's runtime is not installed.", hint=_INSTALL_HINT)
    if not _has_avx2():
        raise ProviderSetupError(
            "The embedded model's runtime needs a processor with AVX2, and this one has none.",
            hint="Use a machine with one, or ask another provider.",
        )


def _is_installed() -> bool:
    if _PACKAGE in sys.modules:
        return sys.modules[_PACKAGE] is not None
    try:
        return importlib.util.find_spec(_PACKAGE) is not None
    except (ImportError, ValueError):
        return False


@lru_cache(maxsize=1)
def _has_avx2() -> bool:
    """Return False if the processor is known to have no AVX2.

    There an illegal instruction of the runtime would end the process without a message.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    try:
        with _CPU_INFO.open(encoding="ascii", errors="replace") as lines:
            flags = next((line for line in lines if line.startswith("flags")), "")
    except OSError:  # not Linux
        return True
    return not flags or "avx2" in flags.split()


def import_runtime() -> Any:
    """Import and return the module `xllamacpp`.

    Raises:
        ProviderSetupError: the module, or a library that it needs, is not installed.
    """
    try:
        return importlib.import_module(_PACKAGE)
    except ModuleNotFoundError as error:
        if error.name == _PACKAGE:
            raise ProviderSetupError(
                "The embedded model's runtime is not installed.", hint=_INSTALL_HINT
            ) from None
        raise _import_error(error) from error
    except Exception as error:
        raise _import_error(error) from error


def _import_error(error: Exception) -> ProviderSetupError:
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


def load_model(path: Path) -> Any:
    """Return a running `xllamacpp.Server` with the model in the file `path`.

    Raises:
        ProviderSetupError: the runtime cannot read the file, or has not enough memory for it.
    """
    runtime = import_runtime()
    try:
        server = runtime.Server(_settings(runtime, path))
        # Any request that the server's own thread answers. If a server is destroyed before that thread has
        # started its loop, the destructor never returns and holds the GIL: a Ctrl-C during the load would hang.
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
    settings.n_ctx = CONTEXT_SIZE
    settings.n_parallel = 1  # Several slots would divide the context.
    settings.n_batch = settings.n_ubatch = _BATCH_SIZE
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = _thread_count()
    settings.verbosity = 0
    settings.warmup = False
    settings.fit_params = False  # A trial load for the GPU, which doubles the time to load.
    settings.cache_ram_mib = 0  # By default it keeps up to 8 GB of past conversations.
    settings.prefill_assistant = False  # As with OpenAI, the answer is a new message.
    # The runtime always opens a port on the loopback interface. A random key makes it unusable.
    settings.api_keys = [secrets.token_urlsafe()]
    settings.cors_origins = "http://localhost"
    settings.ui = settings.endpoint_slots = settings.endpoint_props = False
    settings.endpoint_metrics = True  # `load_model` needs it.
    settings.n_threads_http = 1
    return settings


def _thread_count() -> int:
    """Return the number of threads. The default is 1: several busy-wait and slow each other on a loaded machine.

    Raises:
        ProviderSetupError: the environment variable is not a number in the range.
    """
    text = os.environ.get(THREADS_VARIABLE) or "1"
    if text.isascii() and text.isdigit() and 1 <= int(text) <= _MAX_THREADS:
        return int(text)
    raise ProviderSetupError(
        f"{THREADS_VARIABLE} is {text[:40]!r}; it has to be a whole number from 1 to {_MAX_THREADS}.",
        hint="Correct it, or unset it for one thread.",
    )
