"""Broken: a module of its own is missing from the distribution."""

import fails_own_submodule.left_out
