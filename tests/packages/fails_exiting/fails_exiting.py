"""Broken: its import ends the program."""

import sys

sys.exit(3)
