"""The pieces of tool calls, as services word them, told apart.

OpenAI's streams number the calls of an answer, and name each once. Others leave the number or the
identifier out, repeat both in every piece, give every call the number 0, or send calls whole.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.events import ToolCallDelta
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.json_values import integer, objects, string, written

__all__ = ["ToolCallAssembler"]


class _Call:
    """One call, as far as it has come."""

    __slots__ = ("arguments", "id", "name", "position")

    def __init__(self, position: int) -> None:
        self.position = position
        self.id = ""
        self.name = ""
        self.arguments = ""
        """What has come of them; kept only for calls that nothing but their end tells apart."""


class ToolCallAssembler:
    """The tool calls of one choice.

    Args:
        choice: which one.
    """

    def __init__(self, choice: int) -> None:
        self._choice = choice
        self._calls: list[_Call] = []
        self._by_number: dict[int, _Call] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def take(self, pieces: object, *, answer: str | None, whole: bool = False) -> Iterator[ToolCallDelta]:
        """Take the pieces of one chunk, yield what they say.

        Args:
            pieces: the value of ``tool_calls``.
            answer: the answer's identifier, for calls that come without one of their own.
            whole: whether each piece is a call by itself.
        """
        for piece in objects(pieces):
            delta = self._delta(self._new() if whole else self._find(piece), piece, answer)
            if delta[1:4] != (None, None, "") or delta.signature is not None:
                yield delta

    def _new(self) -> _Call:
        call = _Call(len(self._calls))
        self._calls.append(call)
        return call

    def _find(self, piece: Mapping[str, Any]) -> _Call:
        """Return the call that a piece belongs to."""
        number, identifier = integer(piece.get("index")), string(piece.get("id"))
        name = string(_function(piece).get("name"))
        if number is not None:
            known = self._by_number.get(number)
            if known is None or (name and identifier and known.id not in ("", identifier)):
                known = self._by_number[number] = self._new()
            return known
        last = self._calls[-1] if self._calls else None
        if identifier:
            return next((call for call in self._calls if call.id == identifier), None) or self._new()
        if last is None or (name and (name != last.name or _is_whole(last.arguments))):
            return self._new()
        return last

    def _delta(self, call: _Call, piece: Mapping[str, Any], answer: str | None) -> ToolCallDelta:
        function = _function(piece)
        identifier = name = None
        if not call.id:
            place = f"call_{call.position}" if answer is None else f"call_{answer}_{call.position}"
            identifier = call.id = string(piece.get("id")) or place
        if not call.name:
            name = string(function.get("name"))
            call.name = name or ""
        arguments = _text(function.get("arguments", function.get("input")))  # `input`: OpenAI's custom tools
        if "index" not in piece:
            call.arguments += arguments
        extra = piece.get("extra_content")  # Google's: in it, a signature of its thoughts
        signature = written({"extra_content": extra}, ascii_only=True) if extra else None
        return ToolCallDelta(call.position, identifier, name, arguments, self._choice, signature)


def _function(piece: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(piece.get("function") or piece.get("custom"))


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return written(value)  # arguments that are JSON already


def _is_whole(arguments: str) -> bool:
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return False
    return True


def legacy(call: object) -> Iterable[Mapping[str, Any]]:
    """Return the older ``function_call`` of an answer as the pieces of a tool call."""
    return [{"index": 0, "function": call}] if isinstance(call, dict) else []
