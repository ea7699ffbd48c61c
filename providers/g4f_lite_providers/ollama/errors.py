"""Errors of an Ollama server, with the command that helps."""

from collections.abc import Iterable, Mapping

from g4f_lite.errors import AuthenticationError, NotFoundError, ProviderStatusError
from g4f_lite.kit import service_errors

__all__ = ["from_response"]


def from_response(
    status: int, headers: Mapping[str, str], body: bytes, *, model: str, secrets: Iterable[str]
) -> ProviderStatusError:
    """Return the error for a response with an error status."""
    error = service_errors.from_response(status, headers, body, secrets=secrets)
    hint = _hint_for(error, model)
    if not hint:
        return error
    return type(error)(
        status,
        body=error.body,
        retry_after=error.retry_after,
        hint=hint,
        code=error.code,
        kind=error.kind,
        param=error.param,
    )


def _hint_for(error: ProviderStatusError, model: str) -> str:
    if type(error) is NotFoundError and model and error.body.startswith("model "):
        return f"Run `ollama pull {model}` on the server's machine, or ask for a model that it has."
    if type(error) is AuthenticationError:
        return "Run `ollama signin` on the server's machine, or pass a key of ollama.com (OLLAMA_API_KEY)."
    return ""
