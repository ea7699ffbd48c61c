"""The request as hooks see it: a deep copy, without options that may hold a key."""

import copy
from collections.abc import Sequence
from types import MappingProxyType
from typing import TypeVar

from g4f_lite._core.calls.candidates import Candidate
from g4f_lite._utils.redaction import is_secret_name
from g4f_lite._utils.untrusted import call_or
from g4f_lite.contract import Message, Request

__all__ = ["build_hook_request", "deep_copy_or_same"]

_T = TypeVar("_T")


def build_hook_request(candidate: Candidate, messages: Sequence[Message], *, stream: bool) -> Request:
    """Return the request to `candidate` as hooks see it."""
    provider = candidate.provider
    return Request(
        provider=provider.name,
        distribution=provider.distribution,
        model=candidate.model,
        messages=tuple(deep_copy_or_same(list(messages))),
        stream=stream,
        options=MappingProxyType(
            {
                name: deep_copy_or_same(value)
                for name, value in candidate.options.items()
                if not is_secret_name(name)
            }
        ),
    )


def deep_copy_or_same(value: _T) -> _T:
    """Return a deep copy of `value`, or `value` itself if it cannot be copied."""
    return call_or(value, lambda: copy.deepcopy(value))
