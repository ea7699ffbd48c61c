"""How far an asynchronous exchange has come."""

import time

__all__ = [
    "ExchangeProgress",
]


class ExchangeProgress:
    """How far an exchange has come.

    Attributes:
        began: `time.monotonic` when it began.
        sent: whether a byte of the request may have gone out.
        answered: whether a byte of the response has come; `has_head`: whether its whole head has.
    """

    __slots__ = ("answered", "began", "has_head", "sent")

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.sent = self.answered = self.has_head = False
