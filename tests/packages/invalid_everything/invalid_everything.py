"""Broken in every way at once: each has to be named."""

url = None
model = ()
supports_stream = "yes"


def _create_completion(messages: str, model: list, /, region):
    return "Hello"


def g4f_lite_befor_request(request):
    pass
