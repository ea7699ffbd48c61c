"""The options of the OpenAI chat API and of what is compatible with it, as types.

A service's functions take their options as ``**options``. `signed` gives such a function the signature
that names what that very service takes, which is what the contract looks at: an option that a service
does not have is then refused before anything is sent, like that of any other provider.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypedDict, get_type_hints

from g4f_lite.kit.exchange import Exchange

__all__ = ["CHAT", "CONNECTION", "EMBEDDING", "SPECIAL", "Options", "signed"]

Options = Mapping[str, Any]


class ConnectionOptions(TypedDict, total=False):
    """How the service is reached."""

    auth: str
    base_url: str
    timeout: float | tuple[float, float]
    proxy: str
    extra_headers: dict[str, str]
    extra_query: dict[str, Any]


class ChatOptions(TypedDict, total=False):
    """What a chat is asked with; the names and meanings are OpenAI's ("Create chat completion")."""

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
    """What OpenAI's own service takes beside, and few others."""

    metadata: dict[str, Any]
    store: bool
    verbosity: str
    service_tier: str
    modalities: list[str]
    audio: dict[str, Any]
    prediction: dict[str, Any]
    web_search_options: dict[str, Any]


class EmbeddingOptions(TypedDict, total=False):
    """What embeddings are asked with ("Create embeddings")."""

    dimensions: int
    encoding_format: Literal["float", "base64"]
    user: str
    extra_body: dict[str, Any]


CONNECTION: Options = get_type_hints(ConnectionOptions)
CHAT: Options = get_type_hints(ChatOptions)
SPECIAL: Options = get_type_hints(SpecialOptions)
EMBEDDING: Options = get_type_hints(EmbeddingOptions)


def signed(
    function: Callable[..., Exchange], required: Options, options: Options, without: Iterable[str] = ()
) -> Callable[..., Exchange]:
    """Return a function that calls `function` and whose signature names its parameters.

    Args:
        function: takes `required` and ``**options``.
        required: the parameters that a call always has, with their types.
        options: the others, which may be None.
        without: those of them that this one does not take.
    """
    taken = {name: hint | None for name, hint in options.items() if name not in without}
    known = {*required, *taken}

    @functools.wraps(function, assigned=("__doc__", "__name__", "__qualname__", "__module__"))
    def call(**named: Any) -> Exchange:
        if not named.keys() <= known:
            raise TypeError(f"unexpected arguments: {', '.join(sorted(named.keys() - known))}")
        return function(**named)

    del call.__wrapped__  # it would be looked through, at a function that takes anything
    kinds = inspect.Parameter
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            *(kinds(name, kinds.POSITIONAL_OR_KEYWORD, annotation=hint) for name, hint in required.items()),
            *(kinds(name, kinds.KEYWORD_ONLY, default=None, annotation=hint) for name, hint in taken.items()),
        ],
        return_annotation=Exchange,
    )
    call.__annotations__ = {**required, **taken, "return": Exchange}
    return call
