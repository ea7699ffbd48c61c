"""Unrelated, with metadata that nobody can decode."""

VALUE = 1
