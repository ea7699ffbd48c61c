"""The failures of an exchange in words: the same for both paths."""

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
    "cancelled",
    "connect_timeout",
    "connection",
    "deadline",
    "host_of",
    "os_reason",
    "read_timeout",
    "unreadable_certificates",
    "unusable_url",
]

CUT_SHORT = "the answer was cut short"
HUNG_UP = "RemoteDisconnected: Remote end closed connection without response"

PROXY_HINT = "Check the proxy (proxy=, HTTPS_PROXY, NO_PROXY)."
TLS_HINT = "Check the machine's clock and its trusted certificates (REQUESTS_CA_BUNDLE)."
HUNG_UP_HINT = "It hung up before it answered: ask again, or check that base_url leads to an HTTP service."
NETWORK_HINT = "Check the network, or ask another provider."
REFUSED_HINT = "Nothing listens there: start that server, check base_url, or ask another provider."


def host_of(url: str) -> str:
    """Return the host, with its port if one is given: what an error may show of a URL."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    except ValueError:  # which another error is about to be told of
        return "the service"


def os_reason(error: OSError) -> str:
    """Return an error of the system's without what the library at hand wrote into it."""
    name = type(error).__name__
    if error.errno is None or error.errno <= 0 or type(error).__module__ == "ssl":  # numbers of their own
        return f"{name}: {error}"
    return f"{name}: [Errno {error.errno}] {os.strerror(error.errno)}"


def connect_timeout(host: str, seconds: float) -> ProviderTimeoutError:
    """No connection came about in time."""
    return ProviderTimeoutError(
        f"No connection to {host} within {seconds:g} seconds.",
        phase="connect",
        seconds=seconds,
        hint="Check the network and any proxy, or pass a larger timeout.",
    )


def read_timeout(host: str, seconds: float) -> ProviderTimeoutError:
    """Nothing moved on the connection for too long."""
    return ProviderTimeoutError(
        f"{host} sent and took nothing for {seconds:g} seconds.",
        phase="read",
        seconds=seconds,
        hint="Try again, or pass a larger timeout, as one number or as (connect, read).",
    )


def deadline(moment: float, began: float) -> ProviderTimeoutError:
    """The time of the whole call ran out; `began` is when this exchange did."""
    return DeadlineError(round(max(0.0, moment - began), 3))


def has_passed(moment: float | None) -> bool:
    """Whether a deadline is over."""
    return moment is not None and time.monotonic() >= moment


def cancelled(*, sent: bool) -> ProviderConnectionError:
    """Who asked wants no answer any more."""
    failure = ProviderConnectionError(f"The call was cancelled{'' if sent else ' before it was sent'}.")
    failure.retry_safe = not sent
    return failure


def connection(host: str, reason: str, hint: str) -> ProviderConnectionError:
    """The connection failed."""
    if hint is NETWORK_HINT and reason.startswith("ConnectionRefusedError"):
        hint = REFUSED_HINT
    return ProviderConnectionError(f"The connection to {host} failed: {reason}.", hint=hint)


def unusable_url(reason: str) -> InvalidArgumentError:
    """No request can go where the URL says."""
    return InvalidArgumentError(
        "base_url", f"The URL cannot be used: {without_full_stop(reason)}.", hint="Correct it."
    )


def unreadable_certificates() -> ProviderSetupError:
    """The file or folder that the environment names is not there, or is none of certificates."""
    return ProviderSetupError(
        "The file of trusted certificates cannot be read.",
        hint="Correct REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or SSL_CERT_FILE.",
    )
