"""Read a plain command line without `argparse`, which takes as long to import as all that is asked with it."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from g4f_lite.cli.args.call_options import Option

__all__ = ["read"]


def read(words: Sequence[str], options: Iterable[Option], prompt: str) -> SimpleNamespace | None:
    """Return what `argparse` would make of the words; None where it has to be asked.

    Plain is: each option spelled out, its value a word of its own, and the words of the prompt in one
    place. Whatever else may be right or wrong is left to `argparse`.

    Args:
        words: those behind the command.
        options: the options of the command.
        prompt: what the words that belong to no option are called.
    """
    parsed: dict[str, Any] = {prompt: []}
    known: dict[str, tuple[str, str]] = {}
    for names, settings in options:
        name = names[0].removeprefix("--").replace("-", "_")
        action = settings.get("action", "store")
        parsed[name] = False if action == "store_true" else settings.get("default")
        known.update(dict.fromkeys(names, (name, action)))
    place = 0
    while place < len(words):
        if words[place] in known:
            name, action = known[words[place]]
            step = _take(parsed, name, action, words[place + 1 : place + 2])
        else:
            step = _take_prompt(parsed, prompt, words[place:])
        if not step:
            return None
        place += step
    return SimpleNamespace(**parsed)


def _take(parsed: dict[str, Any], name: str, action: str, following: Sequence[str]) -> int:
    """Take an option; return how many words it has, 0 if that is not plain."""
    if action == "store_true":
        parsed[name] = True
        return 1
    if not following or following[0].startswith("-"):
        return 0
    parsed[name] = [*(parsed[name] or ()), following[0]] if action == "append" else following[0]
    return 2


def _take_prompt(parsed: dict[str, Any], prompt: str, words: Sequence[str]) -> int:
    """Take the words up to the next option; return how many there are, 0 if that is not plain."""
    found = next((place for place, word in enumerate(words) if word.startswith("-")), len(words))
    if parsed[prompt]:
        return 0
    parsed[prompt] = list(words[:found])
    return found
