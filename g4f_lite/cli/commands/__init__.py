"""The sub-commands: one module each, with `parser()` and `run(arguments)`."""
