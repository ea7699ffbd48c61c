"""A parser of plain command lines without `argparse`.

Importing `argparse` takes as long as everything that a plain command line needs of it.
"""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from g4f_lite.cli.args.call_options import OptionSpec

__all__ = ["parse_plain_line"]


def parse_plain_line(
    words: Sequence[str], options: Iterable[OptionSpec], prompt: str
) -> SimpleNamespace | None:
    """Return what `argparse` would return for `words`, or None if they have to be parsed by it.

    In a plain command line each option is spelled out, its value is a word of its own, and the words of the
    prompt are in one place. Everything else, right or wrong, is left to `argparse`.

    Args:
        words: the words after the command.
        options: the options of the command.
        prompt: the name of the argument that gets the words of no option.
    """
    parsed: dict[str, Any] = {prompt: []}
    actions: dict[str, tuple[str, str]] = {}
    for spellings, settings in options:
        name = spellings[0].removeprefix("--").replace("-", "_")
        action = settings.get("action", "store")
        parsed[name] = False if action == "store_true" else settings.get("default")
        actions.update(dict.fromkeys(spellings, (name, action)))
    index = 0
    while index < len(words):
        if words[index] in actions:
            name, action = actions[words[index]]
            count = _parse_option(parsed, name, action, words[index + 1 : index + 2])
        else:
            count = _parse_prompt(parsed, prompt, words[index:])
        if not count:
            return None
        index += count
    return SimpleNamespace(**parsed)


def _parse_option(parsed: dict[str, Any], name: str, action: str, following: Sequence[str]) -> int:
    """Set an option and return the number of its words, or return 0 if it is not plain."""
    if action == "store_true":
        parsed[name] = True
        return 1
    if not following or following[0].startswith("-"):
        return 0
    parsed[name] = [*(parsed[name] or ()), following[0]] if action == "append" else following[0]
    return 2


def _parse_prompt(parsed: dict[str, Any], prompt: str, words: Sequence[str]) -> int:
    """Set the prompt to the words before the next option; return their number, 0 if not plain."""
    count = next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
    if parsed[prompt]:
        return 0
    parsed[prompt] = list(words[:count])
    return count
