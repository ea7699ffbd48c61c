"""Facts about the embedded model."""

__all__ = [
    "CONTEXT",
]


CONTEXT = 4096
"""Tokens that a conversation and its answer can have together."""
