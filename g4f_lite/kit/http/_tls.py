"""The TLS context, with the certificates that verify services."""

import ssl
from functools import lru_cache
from pathlib import Path

from g4f_lite.kit.http._errors import unreadable_certificates_error
from g4f_lite.kit.http._preparation import ca_bundle

__all__ = ["tls_context"]


def tls_context() -> ssl.SSLContext:
    """Return the TLS context for the certificates that the environment names, else those of `requests`.

    Raises:
        ProviderSetupError: the certificates cannot be read, or the file contains none.
    """
    try:
        return _context(ca_bundle())
    except OSError:  # `ssl.SSLError` is a subclass
        failure = unreadable_certificates_error()
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
