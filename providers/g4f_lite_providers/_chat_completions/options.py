"""The options of the OpenAI chat API and of compatible services, as types.

A service's functions take their options as ``**options``. `with_signature` gives such a function a signature
with the options that this service has. The provider contract reads the signature: an option that a service
does not have is refused before anything is sent, as with any other provider.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypedDict, get_type_hints

from g4f_lite.kit.exchange import Exchange

__all__ = [
    "CHAT_OPTIONS",
    "CONNECTION_OPTIONS",
    "EMBEDDING_OPTIONS",
    "SPECIAL_OPTIONS",
    "Options",
    "with_signature",
]

Options = Mapping[str, Any]


class ConnectionOptions(TypedDict, total=False):
    """The options for reaching the service."""

    auth: str
    base_url: str
    timeout: float | tuple[float, float]
    proxy: str
    extra_headers: dict[str, str]
    extra_query: dict[str, Any]


class ChatOptions(TypedDict, total=False):
    """The common options of a chat; names and meanings are OpenAI's ("Create chat completion")."""

    temperature: float
    top_p: float
    max_tokens: int
    max_completion_tokens: int
    stop: str | list[str]
    seed: int
    n: int
    presence_penalty: float
    frequency_penalty: float
    logit_bias: dict[Any, Any]
    logprobs: bool
    top_logprobs: int
    user: str
    tools: list[Any]
    tool_choice: str | dict[str, Any]
    parallel_tool_calls: bool
    response_format: dict[str, Any]
    reasoning_effort: str
    stream_options: dict[str, Any]
    extra_body: dict[str, Any]


class SpecialOptions(TypedDict, total=False):
    """The options that OpenAI's own service has, and few others."""

    metadata: dict[str, Any]
    store: bool
    verbosity: str
    service_tier: str
    modalities: list[str]
    audio: dict[str, Any]
    prediction: dict[str, Any]
    web_search_options: dict[str, Any]


class EmbeddingOptions(TypedDict, total=False):
    """The options of embeddings ("Create embeddings")."""

    dimensions: int
    encoding_format: Literal["float", "base64"]
    user: str
    extra_body: dict[str, Any]


CONNECTION_OPTIONS: Options = get_type_hints(ConnectionOptions)
CHAT_OPTIONS: Options = get_type_hints(ChatOptions)
SPECIAL_OPTIONS: Options = get_type_hints(SpecialOptions)
EMBEDDING_OPTIONS: Options = get_type_hints(EmbeddingOptions)


def with_signature(
    function: Callable[..., Exchange], required: Options, options: Options, without: Iterable[str] = ()
) -> Callable[..., Exchange]:
    """Return a function that calls `function` and has a signature with its parameters.

    Args:
        function: takes `required` and ``**options``.
        required: the parameters that every call has, with their types.
        options: the other parameters, with their types; each may be None.
        without: the names in `options` that the signature leaves out.
    """
    optional = {name: hint | None for name, hint in options.items() if name not in without}
    known = {*required, *optional}

    @functools.wraps(function, assigned=("__doc__", "__name__", "__qualname__", "__module__"))
    def call(**arguments: Any) -> Exchange:
        if not arguments.keys() <= known:
            raise TypeError(f"unexpected arguments: {', '.join(sorted(arguments.keys() - known))}")
        return function(**arguments)

    # Otherwise `inspect` would report the signature of the wrapped function, which takes any option.
    del call.__wrapped__
    parameter = inspect.Parameter
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            *(
                parameter(name, parameter.POSITIONAL_OR_KEYWORD, annotation=hint)
                for name, hint in required.items()
            ),
            *(
                parameter(name, parameter.KEYWORD_ONLY, default=None, annotation=hint)
                for name, hint in optional.items()
            ),
        ],
        return_annotation=Exchange,
    )
    call.__annotations__ = {**required, **optional, "return": Exchange}
    return call
