"""The differences between a service and the OpenAI chat API, as data that the shared code reads."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

__all__ = ["HeaderOption", "Quirks"]


class HeaderOption(NamedTuple):
    """An option that is sent as a header.

    Attributes:
        header: the name of the header.
        variable: the environment variable that has the value if the call has none; may be empty.
    """

    header: str
    variable: str = ""


class Quirks(NamedTuple):
    """The differences of one service; the defaults are those of most compatible services.

    Attributes:
        address_env: environment variables that may hold the base URL, in addition to ``G4F_LITE_<NAME>_URL``.
        headers: headers of every request.
        body: fields of every chat request.
        header_options: options that are sent as headers.
        address_options: options that decide on the address, with their types.
        options: options of this service only, by name, with their types; they are sent as they are.
        embedding_options: the same for embeddings.
        openai_options: the names in `options.SPECIAL_OPTIONS` that this service has too.
        unsupported_options: the common options that this service does not have.
        field_names: the field of each option that the service gives another name.
        max_tokens: the field for the limit on an answer's tokens. Empty: the name that the caller uses, except
            for `reasoning_models`.
        reasoning_models: a pattern of the models that only know ``max_completion_tokens``.
        needs_stream_options: whether the usage of a stream has to be requested with ``stream_options``.
        has_developer_role: whether the service knows the role "developer"; else it is sent as "system".
        has_json_schema: whether `response_format` may have a schema; else the schema goes into the system
            message, and any JSON object is requested.
        needs_text_as_string: whether a message that has text parts only has to be one string.
        reasoning: how `reasoning_effort` is sent: one of the ways that `request._add_reasoning_effort` knows.
        reasoning_back: how the model's reasoning is sent back in a later turn: the name of a field of the
            message, or ``"reasoning_details"``, or ``"parts"``. Empty: not at all.
        can_fetch_files: whether a file may be given by its URL.
        think_tag: the tag around reasoning that the model writes at the start of its text.
        has_base64_embeddings: whether the service takes ``encoding_format`` for embeddings.
        models_path: the address of the list of models, below the base URL or absolute. Empty: no list.
    """

    address_env: tuple[str, ...] = ()
    headers: Mapping[str, str] = MappingProxyType({})
    header_options: Mapping[str, HeaderOption] = MappingProxyType({})
    address_options: Mapping[str, Any] = MappingProxyType({})
    options: Mapping[str, Any] = MappingProxyType({})
    embedding_options: Mapping[str, Any] = MappingProxyType({})
    openai_options: tuple[str, ...] = ()
    unsupported_options: tuple[str, ...] = ()
    body: Mapping[str, Any] = MappingProxyType({})
    field_names: Mapping[str, str] = MappingProxyType({})
    max_tokens: str = "max_tokens"
    reasoning_models: str = ""
    needs_stream_options: bool = True
    has_developer_role: bool = False
    has_json_schema: bool = True
    needs_text_as_string: bool = False
    reasoning: str = "reasoning_effort"
    reasoning_back: str = ""
    can_fetch_files: bool = False
    think_tag: str = ""
    has_base64_embeddings: bool = False
    models_path: str = "/models"

    @property
    def non_body_options(self) -> Mapping[str, Any]:
        """The options, with their types, that are not fields of a body."""
        return {**dict.fromkeys(self.header_options, str), **self.address_options}
