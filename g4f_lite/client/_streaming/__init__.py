"""Streams of chunks and of events."""
