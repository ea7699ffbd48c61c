"""What is said of a body with a good status that is no answer: a login page, a sentence, nothing at all.

A network that wants a login, a proxy, and whatever else a wrong address leads to, answer like that.
"""

from collections.abc import Iterable, Mapping

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten
from g4f_lite.errors import ProviderResponseError

__all__ = ["unexpected_body_error"]

_SHOWN = 200


def unexpected_body_error(
    opening: bytes, headers: Mapping[str, str] | None, secrets: Iterable[str] = (), *, is_whole: bool = True
) -> ProviderResponseError:
    """Return the error for a body that is nothing the service would answer.

    Args:
        opening: its beginning, without the white space before it.
        headers: the response's, with its `status`; None: nobody has told them.
        secrets: strings that must not show.
        is_whole: whether `opening` is all of the body.
    """
    text = opening.decode(errors="replace")
    if not is_whole and text:
        text = text.rsplit(None, 1)[0]  # no half of a key, which nothing would know for one
    shown = shorten(redact(text, secrets), _SHOWN)
    what = "a web page" if text[:1] == "<" else "something else" if text else "an empty body"
    return ProviderResponseError(
        f"The service sent {what} in place of an answer{_head(headers, secrets)}{f': {shown!r}' if shown else ''}.",
        hint="This is not how the API of a service answers; a network that wants a login first, a proxy, or a "
        "wrong address does: check base_url and the proxy, open the address in a browser, or ask another provider.",
    )


def _head(headers: Mapping[str, str] | None, secrets: Iterable[str]) -> str:
    """Return what a response's head says, ``" (HTTP 200, text/html)"``."""
    if headers is None:
        return ""
    status = getattr(headers, "status", 0)
    kind = headers.get("content-type", "").partition(";")[0].strip()
    kind = shorten(redact(kind, secrets), 60) or "no content type"
    return f" (HTTP {status}, {kind})" if status else f" ({kind})"
