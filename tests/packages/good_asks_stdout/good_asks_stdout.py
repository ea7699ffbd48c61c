"""Good: its import asks stdout for its encoding, its descriptor, and whether it is a terminal."""

import io
import sys

assert sys.stdout.encoding.lower()
assert sys.stdout.isatty() in (True, False)
assert sys.stdout.fileno() >= 0
assert io.TextIOWrapper(sys.stdout.buffer, write_through=True).detach()
url = "https://good_asks_stdout.example"
model = ["good_asks_stdout-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.good_asks_stdout supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from good_asks_stdout")
