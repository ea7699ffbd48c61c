"""Mapping of the error objects of services to the errors of g4f_lite.

Services write their errors in a few shapes, which this module reads for all providers::

    {"error": {"message", "type", "code", "param"}}          OpenAI and compatible services
    {"type": "error", "error": {"type", "message"}}          Anthropic
    {"error": {"code": 429, "message", "status"}}            Google; also in a list
    {"error": "..."}, {"message": "..."}, {"detail": ...}    Ollama, Cohere and Mistral, FastAPI

An error is the body of a response with an error status, or a value inside a stream that started well.
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
    """The content of an error object; None for each fact that it does not contain.

    Attributes:
        message: the description of the error.
        code: the service's code of the error.
        kind: the service's type of the error.
        param: the parameter that the error is about.
        status: the HTTP status in the object.
        wait: the seconds to wait in the object.
    """

    message: str = ""
    code: str | None = None
    kind: str | None = None
    param: str | None = None
    status: int | None = None
    wait: float | None = None


# Inside a stream, an error has no status. These codes and types imply one.
_IMPLIED_STATUS = {
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
_CONTEXT_LENGTH = re.compile(
    r"context[ _-]?(?:length|window|size|limit)|maximum context|too many (?:input )?tokens|prompt is too long"
    r"|input is too long|exceeds? the (?:maximum|available) (?:number of |allowed )?(?:input )?(?:tokens|context)"
    r"|input token count .{0,200}exceeds|reduce the length|tokens? limit exceeded|maximum model length"
    r"|`inputs` (?:tokens \+|must have less than)|range of input length|exceeds max length",
    re.IGNORECASE,
)
_CONTEXT_LENGTH_CODES = {
    "context_length_exceeded",
    "exceed_context_size_error",
    "string_above_max_length",
    "1261",  # Zhipu
}
_CONTENT_FILTER = re.compile(
    r"content[ _-]?(?:management |policy|filter)|responsible ?ai|requires moderation|safety system"
    r"|violates? (?:our )?usage (?:guidelines|polic)|inappropriate content"
    r"|(?:prompt|input|request|content|message)s? (?:was|were|has been|have been) flagged|flagged as",
    re.IGNORECASE,
)
_CONTENT_FILTER_CODES = {
    "content_filter",
    "content_policy_violation",
    "moderation_blocked",
    "data_inspection_failed",  # DashScope
    "DataInspectionFailed",
    "1301",  # Zhipu
}
_NO_MODEL_CODES = {"model_not_found", "model_not_supported", "invalid_model", "unknown_model"}
_QUOTA = re.compile(
    r"credit balance is too low|insufficient (?:balance|credits?|quota|funds)|exceeded your current quota"
    r"|doesn't have any credits|payment required|billing",
    re.IGNORECASE,
)
_QUOTA_CODES = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "insufficient_balance",
    "billing_error",
    "1113",  # Zhipu
}
_DELAY = re.compile(r"(\d+(?:\.\d+)?)s", re.ASCII)


def from_response(
    status: int, headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str] = ()
) -> ProviderStatusError:
    """Return the error for a response with a status other than 2xx."""
    text = body.decode(errors="replace")
    try:
        facts = read(json.loads(text))
    except (ValueError, RecursionError):
        facts = None
    error = _build_error(status, facts or Facts(text), retry_after(headers), secrets, detail="")
    error.headers = diagnostic_headers(headers, secrets)
    return error


def from_value(value: Any, *, secrets: Iterable[str] = (), status: int | None = None) -> ProviderStatusError:
    """Return the error for an error object that was received instead of an answer, or inside one.

    Args:
        value: the error object.
        secrets: strings that the error must not show.
        status: the HTTP status if the object does not imply one; 500 by default.
    """
    facts = read(value) or Facts(_to_json(value))
    names = (facts.code, facts.kind)
    implied = next((_IMPLIED_STATUS[name] for name in names if name in _IMPLIED_STATUS), None)
    return _build_error(
        facts.status or implied or status or 500,
        facts,
        None,
        secrets,
        detail="The service broke off with an error",
    )


def read(value: Any) -> Facts | None:
    """Return the facts of an error object, or None if `value` is not an error object."""
    if isinstance(value, list) and value:  # Google's streams
        value = value[0]
    if not isinstance(value, dict):
        return None
    inner = value.get("error")
    if isinstance(inner, str) and inner:
        return Facts(inner, _plain_code(value.get("code")), _plain_code(value.get("type")))
    if isinstance(inner, dict):
        return _read_facts(inner)
    if any(isinstance(value.get(name), (str, list, dict)) for name in ("message", "detail")):
        return _read_facts(value)
    return None


def _read_facts(error: Mapping[str, Any]) -> Facts:
    code = error.get("code")
    status = next((int(str(item)) for item in (code, error.get("status")) if _is_status(item)), None)
    message = error.get("message") or error.get("detail") or ""
    inner = error.get("innererror")  # Azure's
    kind = _plain_code(error.get("type")) or _plain_code(error.get("status"))
    if isinstance(inner, dict) and _CONTENT_FILTER.search(str(inner.get("code", ""))):
        kind = "content_filter"
    metadata = error.get("metadata")
    router_metadata = metadata if isinstance(metadata, dict) else {}
    if "flagged_input" in router_metadata:  # the input did not pass OpenRouter's moderation
        kind = "content_filter"
    raw = router_metadata.get("raw")
    text = message if isinstance(message, str) else _to_json(message)
    return Facts(
        f"{text}: {raw}" if isinstance(raw, str) else text,  # from the service behind OpenRouter
        None if _is_status(code) else _plain_code(code),
        None if _is_status(kind) else kind,
        _plain_code(error.get("param")),
        status,
        _retry_delay(error.get("details")),
    )


def _retry_delay(details: Any) -> float | None:
    """Return the seconds that Google's `RetryInfo` asks to wait."""
    for detail in details if isinstance(details, list) else ():
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        match = _DELAY.fullmatch(delay) if isinstance(delay, str) and len(delay) < 20 else None  # noqa: PLR2004 - a number
        if match:
            return float(match[1])
    return None


def _to_json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "(too deeply nested to be shown)"


def _is_status(value: Any) -> bool:
    try:
        return type(value) in (int, str) and 400 <= int(value) < 600  # noqa: PLR2004 - RFC 9110, section 15
    except ValueError:
        return False


def _plain_code(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        return None
    return str(value)


def _build_error(
    status: int, facts: Facts, wait: float | None, secrets: Iterable[str], *, detail: str
) -> ProviderStatusError:
    wait = facts.wait if wait is None else wait
    cls = _class_by_content(status, facts, wait)
    arguments: dict[str, Any] = {
        "body": shorten(redact(facts.message, secrets)),
        "retry_after": wait,
        "detail": detail,
        "code": _redact_code(facts.code, secrets),
        "kind": _redact_code(facts.kind, secrets),
        "param": _redact_code(facts.param, secrets),
    }
    return ProviderStatusError.of(status, **arguments) if cls is None else cls(status, **arguments)


def _redact_code(word: str | None, secrets: Iterable[str]) -> str | None:
    return None if word is None else shorten(redact(word, secrets), 100)


def _class_by_content(status: int, facts: Facts, wait: float | None) -> type[ProviderStatusError] | None:
    """Return the class that the content of an error implies, or None if the status decides."""
    names = {facts.code, facts.kind}
    if status in (400, 413, 422, 500) and (
        names & _CONTEXT_LENGTH_CODES or _CONTEXT_LENGTH.search(facts.message)
    ):
        return ContextLengthError  # 500: llama.cpp and Ollama, in some versions
    if status in (400, 403, 422) and (names & _CONTENT_FILTER_CODES or _CONTENT_FILTER.search(facts.message)):
        return ContentFilterError
    if status in (400, 403, 404) and names & _NO_MODEL_CODES:
        return NotFoundError
    if status not in (400, 402, 403, 429):
        return None
    # Errors about Google's limits per minute also mention the plan and its billing, but say how long to wait.
    if names & _QUOTA_CODES or (wait is None and _QUOTA.search(facts.message)):
        return QuotaExceededError
    return None
