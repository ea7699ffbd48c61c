"""Good: the entry point names an instance, of a class whose instances are equal and have no hash."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Provider:
    url: str = "https://good-object.example"
    model: list[str] = field(default_factory=lambda: ["good_object-1"])
    supports_stream: bool = True
    needs_auth: bool = False
    params: str = "g4f_lite.providers.good_object supports: (model: str, messages: list, stream: bool)"

    def _create_completion(self, model: str, messages: list, stream: bool, **kwargs) -> Iterator[str]:
        yield from ("Hello ", "from good_object")


provider = Provider()
second = Provider()
