"""A provider in one file: it answers with the question's words in reverse order.

g4f-lite check wordplay.py
python wordplay.py
"""

import sys

url = "https://example.org"
model = ["wordplay-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.wordplay supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    for word in reversed(messages[-1]["content"].split()):
        yield f"{word} "


if __name__ == "__main__":
    from g4f_lite import ChatCompletion, registry

    registry.register(sys.modules[__name__], name="wordplay")
    messages = [{"role": "user", "content": "blue sky the is why"}]
    print(ChatCompletion.create(provider="wordplay", messages=messages))
