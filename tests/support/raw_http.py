"""Reading of raw HTTP, for small servers."""

__all__ = ["read_head"]


def read_head(client) -> bytes:
    """Read the head of a request, and not a byte more."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        if not byte:
            raise ConnectionResetError
        head += byte
    return head
