"""Inspection of this installation: the reports behind `providers`, `models`, `check`, `keys` and `doctor`."""
