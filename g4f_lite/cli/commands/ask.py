"""`g4f-lite ask`: one question, one answer."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from g4f_lite.cli.args.call_options import ASKING, Option
from g4f_lite.cli.args.fast_parser import read
from g4f_lite.cli.call_session import CallSession, report_extras
from g4f_lite.cli.exit_codes import Exit, UsageError
from g4f_lite.cli.terminal.console import OUT
from g4f_lite.contract import Message

if TYPE_CHECKING:
    from g4f_lite.cli.args.parser import Parser

__all__ = ["parser", "quick", "run"]

_SUMMARY = """\
Ask one question and print the answer as it comes.

The prompt is the argument, or standard input, or both: then the argument comes first, an empty line,
and what was piped in. One line end at the end of standard input is not part of it.

A key is never an argument: it is read from the environment variable that `g4f-lite providers` names, or
from the key store (`g4f-lite keys set`)."""

_EXAMPLES = (
    'g4f-lite ask "Why is the sky blue?"',
    'g4f-lite ask --provider yqcloud --system "Be brief." "What is SSE?"',
    'g4f-lite ask -p groq -p openrouter/openai/gpt-4o-mini -p local "Who answers?"',
    'cat report.txt | g4f-lite ask "Summarise this:"',
    'g4f-lite ask --option temperature=0.8 --option seed=7 "Write a haiku."',
    'g4f-lite ask --json "Say hello." | python -m json.tool',
)


_JSON: Option = (
    ("--json",),
    {
        "action": "store_true",
        "help": "print one JSON object at the end: text, finish_reason, usage, provenance, and what else came; "
        "or error and text",
    },
)


def quick(words: Sequence[str]) -> Any:
    """Return what the parser would return, without it; None where only the parser knows."""
    return read(words, (*ASKING, _JSON), "prompt")


def parser() -> "Parser":
    """Return the parser of this command."""
    from g4f_lite.cli.args.parser import Parser, add_asking

    parser = Parser("ask", _SUMMARY, _EXAMPLES)
    parser.add_argument("prompt", nargs="*", metavar="PROMPT", help="the question; several words are joined")
    add_asking(parser)
    names, settings = _JSON
    parser.add_argument(*names, **settings)
    return parser


def run(arguments: Any) -> int:
    """Ask, and print the answer."""
    asking = CallSession(arguments, "ask")
    conversation = [{"role": "user", "content": _prompt(arguments.prompt)}]
    if arguments.json:
        return _run_json(asking, conversation)
    completion = asking.answer(conversation, OUT.write)
    OUT.end_line()
    report_extras(completion)
    return Exit.OK


def _run_json(asking: CallSession, conversation: list[Message]) -> int:
    from g4f_lite.cli.json_facts import completion_facts, failure_facts
    from g4f_lite.cli.terminal.json_output import print_json

    try:
        completion = asking.answer(conversation, lambda _text: None)
    except Exception as error:
        print_json(failure_facts(error))
        raise
    print_json(completion_facts(completion))
    report_extras(completion)
    return Exit.OK


def _prompt(words: list[str]) -> str:
    parts = [" ".join(words), _piped()]
    prompt = "\n\n".join(part for part in parts if part.strip())
    if not prompt:
        raise UsageError("There is no prompt: pass one as the argument, or pipe it in.", "ask")
    return prompt


def _piped() -> str:
    """Return standard input, `""` if that is a terminal or there is none; a terminal is not waited for."""
    stream = sys.stdin
    if stream is None or stream.closed or stream.isatty():
        return ""
    encoding = stream.encoding or "utf-8"
    try:
        text = stream.buffer.read().decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"Standard input is no {encoding} text: byte {error.start + 1} does not fit.", "ask"
        ) from None
    return text.removeprefix("\ufeff").removesuffix("\n").removesuffix("\r")
