"""Warned about: prints while it is imported, in four ways."""

import sys

print("one")
sys.stdout.write("two\n")
sys.stdout.writelines(["three\n"])
sys.stdout.buffer.write(b"four\n")
sys.stdout.flush()
url = "https://warned_prints.example"
model = ["warned_prints-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.warned_prints supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from warned_prints")
