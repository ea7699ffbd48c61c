"""Ids of parametrized tests, which must be equal in every process."""

import re

__all__ = ["without_addresses"]

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def without_addresses(value: object) -> str:
    """Return a value's representation without addresses, which differ between the workers of pytest-xdist."""
    return _ADDRESS.sub("", repr(value))
