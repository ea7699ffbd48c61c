"""`g4f-lite chat`: a conversation, sent whole each time."""

from typing import Any

from g4f_lite._core.routing.resolver import resolve_target
from g4f_lite.cli.args.parser import Parser, add_asking
from g4f_lite.cli.call_session import CallSession, report_extras
from g4f_lite.cli.error_messages import explain
from g4f_lite.cli.exit_codes import Exit, UsageError, exit_of
from g4f_lite.cli.terminal.console import ERR, OUT
from g4f_lite.cli.terminal.line_input import InputLines
from g4f_lite.cli.terminal.notices import note, show_error
from g4f_lite.contract import Message
from g4f_lite.errors import G4FLiteError, ModelNotFoundError

__all__ = ["parser", "run"]

_COMMANDS = """\
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
Talk to a model. The whole conversation is sent with each turn, and kept in memory only.

When standard input is no terminal, each of its lines is a turn: the answers are printed one after the
other, and the exit code is that of the last turn that failed, 0 if none did.

commands in a chat:
{_COMMANDS}"""

_EXAMPLES = (
    "g4f-lite chat",
    'g4f-lite chat --provider yqcloud --system "You are a pirate."',
    "g4f-lite chat < questions.txt",
)


def parser() -> Parser:
    """Return the parser of this command."""
    parser = Parser("chat", _SUMMARY, _EXAMPLES)
    add_asking(parser)
    parser.add_argument(
        "--no-history", action="store_true", help="do not keep what is typed for the next chat to recall"
    )
    return parser


def run(arguments: Any) -> int:
    """Talk until the input ends.

    Raises:
        RegistryError, RequestError: nobody can be asked from the start.
    """
    asking = CallSession(arguments, "chat")
    asking.route()
    with InputLines(keep_history=not arguments.no_history) as lines:
        return Chat(asking, lines).run()


class Chat:
    """A conversation.

    Args:
        asking: whom to ask, and how; the chat's commands change it.
        lines: where the turns come from.
    """

    def __init__(self, asking: CallSession, lines: InputLines) -> None:
        self._asking = asking
        self._lines = lines
        self._conversation: list[Message] = []
        self._code: int = Exit.OK

    def run(self) -> int:
        """Take turns until the input ends; return the exit code."""
        if self._lines.interactive:
            self._greet()
        while (line := self._lines.read()) is not None:
            text = line.strip()
            if text.startswith("/") and not text.startswith("//"):
                if not self._command(text):
                    break
            elif text:
                self._turn(line[line.index("/") + 1 :] if text.startswith("//") else line)
        return Exit.OK if self._lines.interactive else self._code

    def _greet(self) -> None:
        route = self._asking.route()
        ERR.line(f"{route.provider.name}, {route.model}. /help shows the commands, Ctrl-D leaves.", "dim")

    # --- a turn ----------------------------------------------------------------------------------

    def _turn(self, text: str) -> None:
        """Ask; what fails is reported and leaves the conversation as it was."""
        turn = {"role": "user", "content": text}
        heard: list[str] = []

        def write(piece: str) -> None:
            heard.append(piece)
            OUT.write(piece)

        try:
            completion = self._asking.answer([*self._conversation, turn], write)
        except KeyboardInterrupt:
            if not self._lines.interactive:
                raise
            self._stopped(turn, "".join(heard))
            return
        except (G4FLiteError, UsageError) as error:
            OUT.end_line()
            self._failed(error)
            return
        OUT.end_line()
        report_extras(completion)
        answer = completion.text or completion.refusal
        if answer:
            self._keep(turn, answer)
        else:
            note("the question is not kept")

    def _keep(self, turn: Message, answer: str) -> None:
        self._conversation += [turn, {"role": "assistant", "content": answer}]

    def _stopped(self, turn: Message, answer: str) -> None:
        """Keep what was heard of an answer that the user stopped, if anything was."""
        OUT.end_line()
        if answer:
            self._keep(turn, answer)
        note("stopped" if answer else "stopped; the question is not kept")

    def _failed(self, error: Exception) -> None:
        show_error(explain(error, "chat"))
        self._code = exit_of(error)

    # --- commands --------------------------------------------------------------------------------

    def _command(self, text: str) -> bool:
        """Do what a command says; return whether to go on."""
        name, _, rest = text.partition(" ")
        rest = rest.strip()
        if name in ("/exit", "/quit"):
            return False
        if name == "/help":
            ERR.write(_COMMANDS)
        elif name == "/reset":
            self._conversation.clear()
            note("the conversation is forgotten")
        elif name == "/system":
            self._asking.system = rest or None
            note("the system message is set" if rest else "there is no system message")
        elif name in ("/model", "/provider"):
            self._switch(name, rest)
        else:
            message = f"There is no command {name}: /help lists them. To say it, begin with // ."
            self._failed(UsageError(message, "chat"))
        return True

    def _switch(self, name: str, value: str) -> None:
        """Ask somebody else from now on, if that works."""
        asking = self._asking
        before = (asking.provider, asking.model)
        if not value:
            self._failed(UsageError(f"{name} takes a name", "chat"))
            return
        asking.provider, asking.model = (value, None) if name == "/provider" else self._owner(value)
        try:
            self._greet_switch()
        except G4FLiteError as error:
            asking.provider, asking.model = before
            self._failed(error)

    def _owner(self, model: str) -> tuple[str | None, str]:
        """Return who is asked for `model`: who is being asked, if they list it, else whoever does.

        What nobody lists is asked of who is being asked, if they take any model.
        """
        provider = self._asking.route().provider
        stays = model in provider.models or (provider.any_model and not _is_offered(model))
        return (provider.full_name if stays else None), model

    def _greet_switch(self) -> None:
        route = self._asking.route()
        note(f"from now on: {route.provider.name}, {route.model}")
        left_out = self._asking.left_out(route.provider)
        if left_out:
            note(f"not for {route.provider.name}, and left out: {', '.join(left_out)}")


def _is_offered(model: str) -> bool:
    """Whether some provider offers `model`, be its key there or not."""
    try:
        resolve_target(None, model, has_auth=False)
    except ModelNotFoundError:
        return False
    except G4FLiteError:
        return True
    return True
