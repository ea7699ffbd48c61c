"""Broken: its import raises."""

raise RuntimeError("the import of fails_raising raises")
