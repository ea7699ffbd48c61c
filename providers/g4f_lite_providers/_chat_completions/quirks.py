"""In what a service departs from the OpenAI chat API: data, which the code that is shared by all reads."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

__all__ = ["HeaderOption", "Quirks"]


class HeaderOption(NamedTuple):
    """An option that is sent as a header.

    Attributes:
        header: the header; `variable`: where the value is looked for if the call has none.
    """

    header: str
    variable: str = ""


class Quirks(NamedTuple):
    """One service's differences; without any, it does what OpenAI's own does.

    Attributes:
        address_env: the variables that may hold its base URL, beside ``G4F_LITE_<NAME>_URL``.
        headers: what is sent with every request; `body`: fields of every request for a chat.
        header_options: its options that are headers.
        address_options: its options that decide on the address, with their types.
        options: its options beside the common ones, by name, with their types; sent as they are.
        embedding_options: the same for embeddings.
        takes: those of OpenAI's own options (`_chat_options.SPECIAL`) that it has too.
        refuses: the common options that it does not have.
        names: the fields of options that it names otherwise.
        max_tokens: the field for the most tokens of an answer; `""`: as the caller names it, but for
            `reasoners`, a pattern of models that only know ``max_completion_tokens``.
        stream_usage: whether the usage of a stream has to be asked for, with ``stream_options``.
        developer: whether it knows the role "developer"; else that is sent as "system".
        json_schema: whether `response_format` may have a schema; else it is told in words, and JSON asked for.
        flat_text: whether a message made of texts alone has to be one string.
        reasoning: how `reasoning_effort` is said: one of the ways that `_chat_request` knows.
        reasoning_back: how what the model thought goes back to it in a later turn; `""`: not at all. The
            name of a message's field, or ``"reasoning_details"``, or ``"parts"``.
        file_urls: whether a file may be named by its URL.
        think_tag: the tag that it puts around reasoning at the start of the text itself.
        base64: whether it takes ``encoding_format`` for embeddings.
        list_models: the address of its list of models, below the base URL or absolute; `""`: it has none.
    """

    address_env: tuple[str, ...] = ()
    headers: Mapping[str, str] = MappingProxyType({})
    header_options: Mapping[str, HeaderOption] = MappingProxyType({})
    address_options: Mapping[str, Any] = MappingProxyType({})
    options: Mapping[str, Any] = MappingProxyType({})
    embedding_options: Mapping[str, Any] = MappingProxyType({})
    takes: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    body: Mapping[str, Any] = MappingProxyType({})
    names: Mapping[str, str] = MappingProxyType({})
    max_tokens: str = "max_tokens"
    reasoners: str = ""
    stream_usage: bool = True
    developer: bool = False
    json_schema: bool = True
    flat_text: bool = False
    reasoning: str = "reasoning_effort"
    reasoning_back: str = ""
    file_urls: bool = False
    think_tag: str = ""
    base64: bool = False
    list_models: str = "/models"

    @property
    def outside(self) -> Mapping[str, Any]:
        """The options, with their types, that are no part of a body."""
        return {**dict.fromkeys(self.header_options, str), **self.address_options}
