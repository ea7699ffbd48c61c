"""The terminal: everything that the command line reads from it and writes to it."""
