"""`g4f-lite ask`: one question, one answer."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from g4f_lite.cli.args.call_options import CALL_OPTIONS, OptionSpec
from g4f_lite.cli.args.fast_parser import parse_plain_line
from g4f_lite.cli.call_session import CallSession, show_answer_notes
from g4f_lite.cli.exit_codes import ExitCode, UsageError
from g4f_lite.cli.terminal.console import OUT
from g4f_lite.contract import Message

if TYPE_CHECKING:
    from g4f_lite.cli.args.parser import Parser

__all__ = ["parse_fast", "parser", "run"]

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


_JSON_OPTION: OptionSpec = (
    ("--json",),
    {
        "action": "store_true",
        "help": "print one JSON object at the end: text, finish_reason, usage, provenance, and what else came; "
        "or error and text",
    },
)


def parse_fast(words: Sequence[str]) -> Any:
    """Return what the parser would return, or None if only the parser can tell."""
    return parse_plain_line(words, (*CALL_OPTIONS, _JSON_OPTION), "prompt")


def parser() -> "Parser":
    """Return the parser of this command."""
    from g4f_lite.cli.args.parser import Parser, add_call_options

    parser = Parser("ask", _SUMMARY, _EXAMPLES)
    parser.add_argument("prompt", nargs="*", metavar="PROMPT", help="the question; several words are joined")
    add_call_options(parser)
    spellings, settings = _JSON_OPTION
    parser.add_argument(*spellings, **settings)
    return parser


def run(arguments: Any) -> int:
    """Ask the question, print the answer, and return the exit code."""
    session = CallSession(arguments, "ask")
    conversation = [{"role": "user", "content": _read_prompt(arguments.prompt)}]
    if arguments.json:
        return _run_json(session, conversation)
    completion = session.ask(conversation, OUT.write)
    OUT.end_line()
    show_answer_notes(completion)
    return ExitCode.OK


def _run_json(session: CallSession, conversation: list[Message]) -> int:
    from g4f_lite.cli.answer_json import completion_json, error_json
    from g4f_lite.cli.terminal.json_output import print_json

    try:
        completion = session.ask(conversation, lambda _text: None)
    except Exception as error:
        print_json(error_json(error))
        raise
    print_json(completion_json(completion))
    show_answer_notes(completion)
    return ExitCode.OK


def _read_prompt(words: list[str]) -> str:
    parts = [" ".join(words), _read_piped()]
    prompt = "\n\n".join(part for part in parts if part.strip())
    if not prompt:
        raise UsageError("There is no prompt: pass one as the argument, or pipe it in.", "ask")
    return prompt


def _read_piped() -> str:
    """Return standard input, or "" if it is a terminal or closed: a terminal would block."""
    stream = sys.stdin
    if stream is None or stream.closed or stream.isatty():
        return ""
    encoding = stream.encoding or "utf-8"
    try:
        text = stream.buffer.read().decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"Standard input is not {encoding} text: byte {error.start + 1} does not fit.", "ask"
        ) from None
    return text.removeprefix("\ufeff").removesuffix("\n").removesuffix("\r")
