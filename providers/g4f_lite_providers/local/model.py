"""Facts about the embedded model."""

__all__ = ["CONTEXT_SIZE"]

CONTEXT_SIZE = 4096
"""The limit on the tokens of a conversation and its answer together."""
