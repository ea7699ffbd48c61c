"""Broken: a hint names what is imported under TYPE_CHECKING only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
url = "https://invalid_type_checking_hint.example"
model = ["invalid_type_checking_hint-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_type_checking_hint supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs) -> Iterator[str]:
    yield "Hello"
