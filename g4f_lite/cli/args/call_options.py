"""The options of `ask` and `chat` for a call, as `argparse` takes them."""

from typing import Any

__all__ = ["CALL_OPTIONS", "OptionSpec"]

OptionSpec = tuple[tuple[str, ...], dict[str, Any]]
"""The positional and the keyword arguments of `add_argument` for one option."""

CALL_OPTIONS: tuple[OptionSpec, ...] = (
    (
        ("--provider", "-p"),
        {
            "metavar": "NAME",
            "action": "append",
            "help": "the provider to ask; `g4f-lite providers` lists them; given several times, they are asked "
            "one after the other until one answers",
        },
    ),
    (("--model", "-m"), {"metavar": "NAME", "help": "the model to ask; `provider/model` names both"}),
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
            "help": "leave out options that the provider does not take, instead of failing",
        },
    ),
    (("--no-stream",), {"action": "store_true", "help": "wait for the whole answer"}),
)
