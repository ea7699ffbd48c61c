"""``python -m g4f_lite``: the command line."""

from g4f_lite.cli import console

if __name__ == "__main__":
    console()
