"""Broken: its import raises with a key in the message."""

raise RuntimeError("Authorization: Bearer abcdefgh12345678 was refused")
