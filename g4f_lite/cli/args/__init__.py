"""The command line, read."""
