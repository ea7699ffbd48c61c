"""Unrelated, with an unclosed section."""

VALUE = 1
