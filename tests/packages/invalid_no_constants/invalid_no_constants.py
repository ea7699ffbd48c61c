"""Broken: has a function and no constants."""


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_no_constants")
