"""Helpers that know nothing of g4f_lite: each imports the standard library only."""
