"""The deltas of tool calls, assigned to their calls in whichever way a service marks them.

OpenAI's streams number the calls of an answer, and name each once. Other services leave out the number or
the identifier, repeat both in every delta, give every call the number 0, or send whole calls.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.events import ToolCallDelta
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.json_values import as_int, as_objects, dump_json, nonempty_str

__all__ = ["ToolCallAssembler", "convert_function_call"]


class _ToolCall:
    """One tool call, as far as it has been received.

    Attributes:
        arguments: the arguments so far; kept only for deltas without an index, which are a new call if the
            arguments of the last one are complete.
    """

    __slots__ = ("arguments", "id", "name", "position")

    def __init__(self, position: int) -> None:
        self.position = position
        self.id = ""
        self.name = ""
        self.arguments = ""


class ToolCallAssembler:
    """The tool calls of one choice.

    Args:
        choice: the position of the choice.
    """

    def __init__(self, choice: int) -> None:
        self._choice = choice
        self._calls: list[_ToolCall] = []
        self._by_index: dict[int, _ToolCall] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def feed(
        self, tool_calls: object, *, answer_id: str | None, is_message: bool = False
    ) -> Iterator[ToolCallDelta]:
        """Take the tool calls of one delta or message, and yield the events for them.

        Args:
            tool_calls: the value of ``tool_calls``.
            answer_id: the identifier of the answer, for calls that come without their own.
            is_message: whether each item is a whole call.
        """
        for item in as_objects(tool_calls):
            delta = self._delta(self._add_call() if is_message else self._find_call(item), item, answer_id)
            if delta[1:4] != (None, None, "") or delta.signature is not None:
                yield delta

    def _add_call(self) -> _ToolCall:
        call = _ToolCall(len(self._calls))
        self._calls.append(call)
        return call

    def _find_call(self, item: Mapping[str, Any]) -> _ToolCall:
        """Return the call that a delta belongs to."""
        index, identifier = as_int(item.get("index")), nonempty_str(item.get("id"))
        name = nonempty_str(_function_of(item).get("name"))
        if index is not None:
            call = self._by_index.get(index)
            if call is None or (name and identifier and call.id not in ("", identifier)):
                call = self._by_index[index] = self._add_call()
            return call
        last = self._calls[-1] if self._calls else None
        if identifier:
            return next((call for call in self._calls if call.id == identifier), None) or self._add_call()
        if last is None or (name and (name != last.name or _is_json(last.arguments))):
            return self._add_call()
        return last

    def _delta(self, call: _ToolCall, item: Mapping[str, Any], answer_id: str | None) -> ToolCallDelta:
        function = _function_of(item)
        identifier = name = None
        if not call.id:
            generated = f"call_{call.position}" if answer_id is None else f"call_{answer_id}_{call.position}"
            identifier = call.id = nonempty_str(item.get("id")) or generated
        if not call.name:
            name = nonempty_str(function.get("name"))
            call.name = name or ""
        # `input` is the field of OpenAI's custom tools.
        arguments = _as_text(function.get("arguments", function.get("input")))
        if "index" not in item:
            call.arguments += arguments
        extra = item.get("extra_content")  # Google's; it holds a thought signature.
        signature = dump_json({"extra_content": extra}, ascii_only=True) if extra else None
        return ToolCallDelta(call.position, identifier, name, arguments, self._choice, signature)


def _function_of(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(item.get("function") or item.get("custom"))


def _as_text(value: Any) -> str:
    """Return arguments as text; some services send them as a JSON object."""
    if value is None or isinstance(value, str):
        return value or ""
    return dump_json(value)


def _is_json(arguments: str) -> bool:
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return False
    return True


def convert_function_call(function_call: object) -> Iterable[Mapping[str, Any]]:
    """Return the older ``function_call`` of a delta as ``tool_calls``."""
    return [{"index": 0, "function": function_call}] if isinstance(function_call, dict) else []
