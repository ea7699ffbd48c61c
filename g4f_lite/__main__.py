"""``python -m g4f_lite``: the command line."""

import sys

from g4f_lite.cli import main

if __name__ == "__main__":
    sys.exit(main())
