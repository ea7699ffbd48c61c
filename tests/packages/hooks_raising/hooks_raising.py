"""Broken: a hook plugin whose import raises."""

raise RuntimeError("the import of hooks_raising raises")
