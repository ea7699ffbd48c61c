"""The options that say whom to ask, and how: what `argparse` is told of each."""

from typing import Any

__all__ = ["ASKING", "Option"]

Option = tuple[tuple[str, ...], dict[str, Any]]
"""The names of an option, and what else `add_argument` is given."""

ASKING: tuple[Option, ...] = (
    (
        ("--provider", "-p"),
        {
            "metavar": "NAME",
            "action": "append",
            "help": "who is asked; `g4f-lite providers` lists them; given several times, they are asked one after "
            "the other until one answers",
        },
    ),
    (("--model", "-m"), {"metavar": "NAME", "help": "which model; `provider/model` names both"}),
    (("--system", "-s"), {"metavar": "TEXT", "help": "the system message"}),
    (
        ("--option", "-o"),
        {
            "metavar": "NAME=VALUE",
            "action": "append",
            "default": [],
            "help": "an option of the provider, such as temperature=0.5; may be given several times",
        },
    ),
    (
        ("--timeout",),
        {
            "metavar": "SECONDS",
            "help": "how long to wait, for providers that take it: one number, or CONNECT,READ",
        },
    ),
    (
        ("--drop-options",),
        {
            "action": "store_true",
            "help": "leave out options that the provider does not take, instead of refusing",
        },
    ),
    (("--no-stream",), {"action": "store_true", "help": "wait for the whole answer"}),
)
