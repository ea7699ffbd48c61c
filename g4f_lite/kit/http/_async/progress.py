"""How far an asynchronous exchange has come, which decides about its error and a retry."""

import time

__all__ = ["ExchangeProgress"]


class ExchangeProgress:
    """How far an exchange has come.

    Attributes:
        began: `time.monotonic` at the start of the exchange.
        has_sent: Whether a byte of the request may have been sent.
        has_response: Whether a byte of the response is received.
        has_head: Whether the whole head of the response is received.
    """

    __slots__ = ("began", "has_head", "has_response", "has_sent")

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.has_sent = self.has_response = self.has_head = False
