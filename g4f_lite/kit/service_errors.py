"""What a service says went wrong, in the words of g4f_lite's error tree.

Services word their errors in a few shapes, which are read here once for all providers::

    {"error": {"message", "type", "code", "param"}}          OpenAI, and who follows it
    {"type": "error", "error": {"type", "message"}}          Anthropic
    {"error": {"code": 429, "message", "status"}}            Google; also in a list
    {"error": "..."}, {"message": "..."}, {"detail": ...}    Ollama, Cohere and Mistral, FastAPI

An error can be the body of a response with an error status, or a value inside a stream that began well.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten
from g4f_lite.errors import (
    ContentFilterError,
    ContextLengthError,
    NotFoundError,
    ProviderStatusError,
    QuotaExceededError,
)
from g4f_lite.kit.http import retry_after
from g4f_lite.kit.http._response_head import diagnostic_headers

__all__ = ["Facts", "from_response", "from_value", "read"]


class Facts(NamedTuple):
    """What an error object says; None where it is silent.

    Attributes:
        message: the words; `code` and `kind`: the service's names for the error; `param`: what it is about.
        status: an HTTP status that it names; `wait`: the seconds to wait that it names.
    """

    message: str = ""
    code: str | None = None
    kind: str | None = None
    param: str | None = None
    status: int | None = None
    wait: float | None = None


# Names that stand in for a status where an error comes without one, inside a stream.
_STATUS_OF = {
    "authentication_error": 401,
    "UNAUTHENTICATED": 401,
    "invalid_api_key": 401,
    "billing_error": 402,
    "permission_error": 403,
    "PERMISSION_DENIED": 403,
    "not_found_error": 404,
    "NOT_FOUND": 404,
    "model_not_found": 404,
    "timeout_error": 504,
    "DEADLINE_EXCEEDED": 504,
    "conflict_error": 409,
    "ABORTED": 409,
    "request_too_large": 413,
    "invalid_request_error": 400,
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "tokens": 429,
    "requests": 429,
    "RESOURCE_EXHAUSTED": 429,
    "overloaded_error": 529,
    "overloaded": 529,
    "UNAVAILABLE": 503,
    "api_error": 500,
    "server_error": 500,
    "INTERNAL": 500,
}
_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|window|size|limit)|maximum context|too many (?:input )?tokens|prompt is too long"
    r"|input is too long|exceeds? the (?:maximum|available) (?:number of |allowed )?(?:input )?(?:tokens|context)"
    r"|input token count .{0,200}exceeds|reduce the length|tokens? limit exceeded|maximum model length"
    r"|`inputs` (?:tokens \+|must have less than)|range of input length|exceeds max length",
    re.IGNORECASE,
)
_TOO_LONG_CODES = {
    "context_length_exceeded",
    "exceed_context_size_error",
    "string_above_max_length",
    "1261",  # Zhipu
}
_FILTERED = re.compile(
    r"content[ _-]?(?:management |policy|filter)|responsible ?ai|requires moderation|safety system"
    r"|violates? (?:our )?usage (?:guidelines|polic)|inappropriate content"
    r"|(?:prompt|input|request|content|message)s? (?:was|were|has been|have been) flagged|flagged as",
    re.IGNORECASE,
)
_FILTERED_CODES = {
    "content_filter",
    "content_policy_violation",
    "moderation_blocked",
    "data_inspection_failed",  # DashScope
    "DataInspectionFailed",
    "1301",  # Zhipu
}
_NO_MODEL = {"model_not_found", "model_not_supported", "invalid_model", "unknown_model"}
_NO_MONEY = re.compile(
    r"credit balance is too low|insufficient (?:balance|credits?|quota|funds)|exceeded your current quota"
    r"|doesn't have any credits|payment required|billing",
    re.IGNORECASE,
)
_NO_MONEY_CODES = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "insufficient_balance",
    "billing_error",
    "1113",  # Zhipu
}
_WAIT = re.compile(r"(\d+(?:\.\d+)?)s", re.ASCII)


def from_response(
    status: int, headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str] = ()
) -> ProviderStatusError:
    """Return the error for a response whose status is no success."""
    text = body.decode(errors="replace")
    try:
        facts = read(json.loads(text))
    except (ValueError, RecursionError):
        facts = None
    said = facts or Facts(text)
    error = _error(status, said, retry_after(headers), secrets, detail="")
    error.headers = diagnostic_headers(headers, secrets)
    return error


def from_value(value: Any, *, secrets: Iterable[str] = (), status: int | None = None) -> ProviderStatusError:
    """Return the error for an error object that came in place of an answer, or in the middle of one.

    Args:
        value: the object.
        secrets: strings that must not show.
        status: what it comes to if the object itself gives no hint; 500 if that is left out too.
    """
    facts = read(value) or Facts(_written(value))
    names = (facts.code, facts.kind)
    known = next((_STATUS_OF[name] for name in names if name in _STATUS_OF), None)
    return _error(
        facts.status or known or status or 500,
        facts,
        None,
        secrets,
        detail="The service broke off with an error",
    )


def read(value: Any) -> Facts | None:
    """Return what an error object says, None if `value` is no error object."""
    if isinstance(value, list) and value:  # Google's streams
        value = value[0]
    if not isinstance(value, dict):
        return None
    inner = value.get("error")
    if isinstance(inner, str) and inner:
        return Facts(inner, _word(value.get("code")), _word(value.get("type")))
    if isinstance(inner, dict):
        return _facts(inner)
    if any(isinstance(value.get(name), (str, list, dict)) for name in ("message", "detail")):
        return _facts(value)
    return None


def _facts(error: Mapping[str, Any]) -> Facts:
    code = error.get("code")
    status = next((int(str(item)) for item in (code, error.get("status")) if _is_status(item)), None)
    said = error.get("message") or error.get("detail") or ""
    inner = error.get("innererror")  # Azure's
    kind = _word(error.get("type")) or _word(error.get("status"))
    if isinstance(inner, dict) and _FILTERED.search(str(inner.get("code", ""))):
        kind = "content_filter"
    metadata = error.get("metadata")
    of_router = metadata if isinstance(metadata, dict) else {}
    if "flagged_input" in of_router:  # the input did not pass OpenRouter's moderation
        kind = "content_filter"
    raw = of_router.get("raw")
    text = said if isinstance(said, str) else _written(said)
    return Facts(
        f"{text}: {raw}" if isinstance(raw, str) else text,  # OpenRouter's, from the service behind it
        None if _is_status(code) else _word(code),
        None if _is_status(kind) else kind,
        _word(error.get("param")),
        status,
        _wait(error.get("details")),
    )


def _wait(details: Any) -> float | None:
    """Return the seconds that Google's `RetryInfo` asks to wait."""
    for detail in details if isinstance(details, list) else ():
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        found = _WAIT.fullmatch(delay) if isinstance(delay, str) and len(delay) < 20 else None  # noqa: PLR2004 - a number
        if found:
            return float(found[1])
    return None


def _written(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "(too deeply nested to be shown)"


def _is_status(value: Any) -> bool:
    try:
        return type(value) in (int, str) and 400 <= int(value) < 600  # noqa: PLR2004 - RFC 9110, section 15
    except ValueError:
        return False


def _word(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        return None
    return str(value)


def _error(
    status: int, facts: Facts, wait: float | None, secrets: Iterable[str], *, detail: str
) -> ProviderStatusError:
    wait = facts.wait if wait is None else wait
    cls = _class(status, facts, wait)
    arguments: dict[str, Any] = {
        "body": shorten(redact(facts.message, secrets)),
        "retry_after": wait,
        "detail": detail,
        "code": _clean(facts.code, secrets),
        "kind": _clean(facts.kind, secrets),
        "param": _clean(facts.param, secrets),
    }
    return ProviderStatusError.of(status, **arguments) if cls is None else cls(status, **arguments)


def _clean(word: str | None, secrets: Iterable[str]) -> str | None:
    return None if word is None else shorten(redact(word, secrets), 100)


def _class(status: int, facts: Facts, wait: float | None) -> type[ProviderStatusError] | None:
    """Return the class that the words of an error show, where its status alone does not tell."""
    names = {facts.code, facts.kind}
    if status in (400, 413, 422, 500) and (names & _TOO_LONG_CODES or _TOO_LONG.search(facts.message)):
        return ContextLengthError  # 500: llama.cpp and Ollama, in some versions
    if status in (400, 403, 422) and (names & _FILTERED_CODES or _FILTERED.search(facts.message)):
        return ContentFilterError
    if status in (400, 403, 404) and names & _NO_MODEL:
        return NotFoundError
    if status not in (400, 402, 403, 429):
        return None
    # Google's limits of a minute speak of the plan and its billing too, and say how long to wait.
    if names & _NO_MONEY_CODES or (wait is None and _NO_MONEY.search(facts.message)):
        return QuotaExceededError
    return None
