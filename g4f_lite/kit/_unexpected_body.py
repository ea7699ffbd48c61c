"""The error for a successful response with an unexpected body: a login page, a sentence, an empty body.

A network that wants a login, a proxy, or another server behind a wrong address answers like that.
"""

from collections.abc import Iterable, Mapping

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten
from g4f_lite.errors import ProviderResponseError

__all__ = ["unexpected_body_error"]

_MAX_SHOWN = 200
"""Characters of the body that the error shows."""


def unexpected_body_error(
    opening: bytes, headers: Mapping[str, str] | None, secrets: Iterable[str] = (), *, is_whole: bool = True
) -> ProviderResponseError:
    """Return the error for a body that is not an answer of the service.

    Args:
        opening: the beginning of the body, without the white space before it.
        headers: the headers of the response, with their `status`, or None if they are not known.
        secrets: strings that the error must not show.
        is_whole: whether `opening` is the whole body.
    """
    text = opening.decode(errors="replace")
    if not is_whole and text:
        text = text.rsplit(None, 1)[0]  # half of a key would not be recognized as a secret
    shown = shorten(redact(text, secrets), _MAX_SHOWN)
    what = "a web page" if text[:1] == "<" else "something else" if text else "an empty body"
    return ProviderResponseError(
        f"The service sent {what} in place of an answer{_describe_head(headers, secrets)}{f': {shown!r}' if shown else ''}.",
        hint="This is not how the API of a service answers; a network that wants a login first, a proxy, or a "
        "wrong address does: check base_url and the proxy, open the address in a browser, or ask another provider.",
    )


def _describe_head(headers: Mapping[str, str] | None, secrets: Iterable[str]) -> str:
    """Return the status and the content type of a response, ``" (HTTP 200, text/html)"``."""
    if headers is None:
        return ""
    status = getattr(headers, "status", 0)
    kind = headers.get("content-type", "").partition(";")[0].strip()
    kind = shorten(redact(kind, secrets), 60) or "no content type"
    return f" (HTTP {status}, {kind})" if status else f" ({kind})"
