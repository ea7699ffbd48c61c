"""Count calls, tokens and seconds with a hook.

python meter.py [PROVIDER]
"""

import collections
import sys
import time

from g4f_lite import ChatCompletion, registry


class Meter:
    """Totals by provider and model. A hook sees every attempt of every call in the process."""

    def __init__(self) -> None:
        self.calls = collections.Counter()
        self.tokens = collections.Counter()
        self.started: dict[int, float] = {}
        self.seconds = collections.Counter()

    def g4f_lite_before_request(self, request) -> None:
        self.started[id(request)] = time.monotonic()

    def g4f_lite_after_response(self, request, completion) -> None:
        name = f"{request.provider}/{request.model}"
        self.calls[name] += 1
        self.tokens[name] += completion.usage.total_tokens if completion.usage else 0
        self.seconds[name] += time.monotonic() - self.started.pop(id(request), time.monotonic())


meter = Meter()
registry.add_hooks(meter, name="meter")

provider = sys.argv[1] if len(sys.argv) > 1 else "local"
for question in ("Name a colour.", "Name an animal."):
    messages = [{"role": "user", "content": question}]
    print(ChatCompletion.create(provider=provider, messages=messages, max_tokens=20))

for name, calls in meter.calls.items():
    print(f"{name}: {calls} calls, {meter.tokens[name]} tokens, {meter.seconds[name]:.2f} s")
