"""Broken: its function is a functools.partial."""

import functools

url = "https://invalid_partial.example"
model = ["invalid_partial-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_partial supports: (model: str, messages: list, stream: bool)"


def ask(model: str, messages: list, stream: bool, service: str = "", **kwargs):
    yield "Hello"


_create_completion = functools.partial(ask, service="here")
