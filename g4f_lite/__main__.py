"""The command line, as ``python -m g4f_lite``."""

from g4f_lite.cli import console

if __name__ == "__main__":
    console()
