"""Broken: its import raises GeneratorExit."""

raise GeneratorExit
