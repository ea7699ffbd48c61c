"""Transport errors of an exchange, built alike for the sync and the async client."""

import os
import time
from urllib.parse import urlsplit

from g4f_lite._utils.text import without_full_stop
from g4f_lite.errors import (
    DeadlineError,
    InvalidArgumentError,
    ProviderConnectionError,
    ProviderSetupError,
    ProviderTimeoutError,
)

__all__ = [
    "CUT_SHORT",
    "HUNG_UP",
    "HUNG_UP_HINT",
    "NETWORK_HINT",
    "PROXY_HINT",
    "TLS_HINT",
    "cancelled_error",
    "connect_timeout_error",
    "connection_error",
    "deadline_error",
    "describe_os_error",
    "host_of",
    "read_timeout_error",
    "unreadable_certificates_error",
    "unusable_url_error",
]

CUT_SHORT = "the answer was cut short"
HUNG_UP = "RemoteDisconnected: Remote end closed connection without response"

PROXY_HINT = "Check the proxy (proxy=, HTTPS_PROXY, NO_PROXY)."
TLS_HINT = "Check the machine's clock and its trusted certificates (REQUESTS_CA_BUNDLE)."
HUNG_UP_HINT = "It hung up before it answered: ask again, or check that base_url leads to an HTTP service."
NETWORK_HINT = "Check the network, or ask another provider."
REFUSED_HINT = "Nothing listens there: start that server, check base_url, or ask another provider."


def host_of(url: str) -> str:
    """Return the host of `url`, with its port if it has one. An error may show no more of a URL."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    except ValueError:  # another error reports the malformed URL
        return "the service"


def describe_os_error(error: OSError) -> str:
    """Return an operating system error as one line, without the text that a library has added."""
    name = type(error).__name__
    # The error numbers of `ssl` are not the system's.
    if error.errno is None or error.errno <= 0 or type(error).__module__ == "ssl":
        return f"{name}: {error}"
    return f"{name}: [Errno {error.errno}] {os.strerror(error.errno)}"


def connect_timeout_error(host: str, seconds: float) -> ProviderTimeoutError:
    """Return the error for a connection that was not established in time."""
    return ProviderTimeoutError(
        f"No connection to {host} within {seconds:g} seconds.",
        phase="connect",
        seconds=seconds,
        hint="Check the network and any proxy, or pass a larger timeout.",
    )


def read_timeout_error(host: str, seconds: float) -> ProviderTimeoutError:
    """Return the error for a connection on which nothing was sent or received for too long."""
    return ProviderTimeoutError(
        f"{host} sent and took nothing for {seconds:g} seconds.",
        phase="read",
        seconds=seconds,
        hint="Try again, or pass a larger timeout, as one number or as (connect, read).",
    )


def deadline_error(deadline: float, started_at: float) -> ProviderTimeoutError:
    """Return the error for a deadline that has passed. Both times are of `time.monotonic`."""
    return DeadlineError(round(max(0.0, deadline - started_at), 3))


def has_passed(deadline: float | None) -> bool:
    """Whether `deadline`, a time of `time.monotonic`, has passed."""
    return deadline is not None and time.monotonic() >= deadline


def cancelled_error(*, is_sent: bool) -> ProviderConnectionError:
    """Return the error for a call that the caller has cancelled."""
    failure = ProviderConnectionError(f"The call was cancelled{'' if is_sent else ' before it was sent'}.")
    failure.retry_safe = not is_sent
    return failure


def connection_error(host: str, reason: str, hint: str) -> ProviderConnectionError:
    """Return the error for a connection that failed. A refused connection gets its own hint."""
    if hint is NETWORK_HINT and reason.startswith("ConnectionRefusedError"):
        hint = REFUSED_HINT
    return ProviderConnectionError(f"The connection to {host} failed: {reason}.", hint=hint)


def unusable_url_error(reason: str) -> InvalidArgumentError:
    """Return the error for a URL to which a request cannot be sent."""
    return InvalidArgumentError(
        "base_url", f"The URL cannot be used: {without_full_stop(reason)}.", hint="Correct it."
    )


def unreadable_certificates_error() -> ProviderSetupError:
    """Return the error for a missing or invalid file or folder of certificates."""
    return ProviderSetupError(
        "The file of trusted certificates cannot be read.",
        hint="Correct REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or SSL_CERT_FILE.",
    )
