"""HTTP by hand, for servers of a few lines."""

__all__ = ["read_head"]


def read_head(client) -> bytes:
    """Read a request's head, and no byte more."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        if not byte:
            raise ConnectionResetError
        head += byte
    return head
