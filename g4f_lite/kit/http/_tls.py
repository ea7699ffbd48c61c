"""The certificates that services are verified by."""

import ssl
from functools import lru_cache
from pathlib import Path

from g4f_lite.kit.http._errors import unreadable_certificates
from g4f_lite.kit.http._preparation import ca_bundle

__all__ = ["tls_context"]


def tls_context() -> ssl.SSLContext:
    """Return what verifies a service, by the bundle that the environment names, or `requests`' own.

    Raises:
        ProviderSetupError: the bundle cannot be read, or has no certificate in it.
    """
    try:
        return _context(ca_bundle())
    except OSError:  # of which `ssl.SSLError` is one
        failure = unreadable_certificates()
    raise failure


@lru_cache(maxsize=8)
def _context(bundle: str | None) -> ssl.SSLContext:
    if bundle is None:
        import certifi

        bundle = certifi.where()
    context = (
        ssl.create_default_context(capath=bundle)
        if Path(bundle).is_dir()
        else ssl.create_default_context(cafile=bundle)
    )
    context.set_alpn_protocols(["http/1.1"])
    return context
