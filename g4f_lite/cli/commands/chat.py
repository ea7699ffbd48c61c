"""`g4f-lite chat`: a conversation that is sent in full with each turn."""

from typing import Any

from g4f_lite._core.routing.resolver import resolve_target
from g4f_lite.cli.args.parser import Parser, add_call_options
from g4f_lite.cli.call_session import CallSession, show_answer_notes
from g4f_lite.cli.error_messages import error_message
from g4f_lite.cli.exit_codes import ExitCode, UsageError, exit_code_for
from g4f_lite.cli.terminal.console import ERR, OUT
from g4f_lite.cli.terminal.line_reader import LineReader
from g4f_lite.cli.terminal.notices import show_error, show_note
from g4f_lite.contract import Message
from g4f_lite.errors import G4FLiteError, ModelNotFoundError

__all__ = ["parser", "run"]

_CHAT_COMMANDS = """\
/help            show this
/model NAME      ask this model from now on; `provider/model` names both
/provider NAME   ask this provider from now on, for its default model
/system TEXT     set the system message; without TEXT, remove it
/reset           forget the conversation
/exit            leave (also: Ctrl-D)
//...            say something that begins with a slash

Ctrl-C stops an answer; at the prompt it clears the line, and twice in a row it leaves.
"""

_SUMMARY = f"""\
Talk to a model. Each turn sends the whole conversation, which is kept in memory only.

When standard input is not a terminal, each of its lines is a turn: the answers are printed one after the
other, and the exit code is that of the last turn that failed, or 0 if none did.

commands in a chat:
{_CHAT_COMMANDS}"""

_EXAMPLES = (
    "g4f-lite chat",
    'g4f-lite chat --provider yqcloud --system "You are a pirate."',
    "g4f-lite chat < questions.txt",
)


def parser() -> Parser:
    """Return the parser of this command."""
    parser = Parser("chat", _SUMMARY, _EXAMPLES)
    add_call_options(parser)
    parser.add_argument(
        "--no-history", action="store_true", help="do not save the typed lines for the next chat"
    )
    return parser


def run(arguments: Any) -> int:
    """Talk until the input ends, and return the exit code.

    Raises:
        RegistryError, RequestError, AllProvidersFailedError: no provider can be used at the start.
    """
    session = CallSession(arguments, "chat")
    session.resolve_target()
    with LineReader(keep_history=not arguments.no_history) as reader:
        return Chat(session, reader).run()


class Chat:
    """A conversation.

    Args:
        session: the target and the options of the calls; the chat's commands change it.
        reader: the reader of the turns.
    """

    def __init__(self, session: CallSession, reader: LineReader) -> None:
        self._session = session
        self._reader = reader
        self._conversation: list[Message] = []
        self._exit_code: int = ExitCode.OK

    def run(self) -> int:
        """Run turns and commands until the input ends, and return the exit code."""
        if self._reader.is_interactive:
            self._show_greeting()
        while (line := self._reader.read()) is not None:
            text = line.strip()
            if text.startswith("/") and not text.startswith("//"):
                if not self._run_command(text):
                    break
            elif text:
                self._run_turn(line[line.index("/") + 1 :] if text.startswith("//") else line)
        return ExitCode.OK if self._reader.is_interactive else self._exit_code

    def _show_greeting(self) -> None:
        target = self._session.resolve_target()
        ERR.write_line(
            f"{target.provider.name}, {target.model}. /help shows the commands, Ctrl-D leaves.", "dim"
        )

    # --- turns -----------------------------------------------------------------------------------

    def _run_turn(self, text: str) -> None:
        """Ask and print the answer.

        A turn that fails is reported, and not added to the conversation.
        """
        question = {"role": "user", "content": text}
        pieces: list[str] = []

        def write(piece: str) -> None:
            pieces.append(piece)
            OUT.write(piece)

        try:
            completion = self._session.ask([*self._conversation, question], write)
        except KeyboardInterrupt:
            if not self._reader.is_interactive:
                raise
            self._keep_stopped_turn(question, "".join(pieces))
            return
        except (G4FLiteError, UsageError) as error:
            OUT.end_line()
            self._report_error(error)
            return
        OUT.end_line()
        show_answer_notes(completion)
        answer = completion.text or completion.refusal
        if answer:
            self._keep_turn(question, answer)
        else:
            show_note("the question is not kept")

    def _keep_turn(self, question: Message, answer: str) -> None:
        self._conversation += [question, {"role": "assistant", "content": answer}]

    def _keep_stopped_turn(self, question: Message, answer: str) -> None:
        """Keep a turn that the user stopped with Ctrl-C, unless no text had arrived."""
        OUT.end_line()
        if answer:
            self._keep_turn(question, answer)
        show_note("stopped" if answer else "stopped; the question is not kept")

    def _report_error(self, error: Exception) -> None:
        show_error(error_message(error, "chat"))
        self._exit_code = exit_code_for(error)

    # --- commands --------------------------------------------------------------------------------

    def _run_command(self, text: str) -> bool:
        """Run a command of the chat, and return whether the chat continues."""
        name, _, rest = text.partition(" ")
        rest = rest.strip()
        if name in ("/exit", "/quit"):
            return False
        if name == "/help":
            ERR.write(_CHAT_COMMANDS)
        elif name == "/reset":
            self._conversation.clear()
            show_note("the conversation is forgotten")
        elif name == "/system":
            self._session.system = rest or None
            show_note("the system message is set" if rest else "there is no system message")
        elif name in ("/model", "/provider"):
            self._change_target(name, rest)
        else:
            message = f"There is no command {name}: /help lists them. To say it, begin with // ."
            self._report_error(UsageError(message, "chat"))
        return True

    def _change_target(self, name: str, value: str) -> None:
        """Set the provider or the model of the next turns.

        If it cannot be used, the old target stays.
        """
        session = self._session
        old_target = (session.provider, session.model)
        if not value:
            self._report_error(UsageError(f"{name} takes a name", "chat"))
            return
        if name == "/provider":
            session.provider, session.model = value, None
        else:
            session.provider, session.model = self._provider_for_model(value), value
        try:
            self._show_target()
        except G4FLiteError as error:
            session.provider, session.model = old_target
            self._report_error(error)

    def _provider_for_model(self, model: str) -> str | None:
        """Return the current provider if `model` is for it, or None to find one by the model.

        It is asked if it lists `model`, or if it takes any model and no provider lists this one.
        """
        provider = self._session.resolve_target().provider
        stays = model in provider.models or (provider.any_model and not _is_offered(model))
        return provider.full_name if stays else None

    def _show_target(self) -> None:
        target = self._session.resolve_target()
        show_note(f"from now on: {target.provider.name}, {target.model}")
        withheld = self._session.withheld_options(target.provider)
        if withheld:
            show_note(f"not for {target.provider.name}, and left out: {', '.join(withheld)}")


def _is_offered(model: str) -> bool:
    """Return whether a provider offers `model`, whether its key is present or not."""
    try:
        resolve_target(None, model, has_auth=False)
    except ModelNotFoundError:
        return False
    except G4FLiteError:
        return True
    return True
