"""The contract of calls: the items of an answer, the messages, the options, and closing."""

import copy
import threading

import pytest

from g4f_lite import Event, UnsupportedOptionError
from g4f_lite.testing._call_variants import CallVariants
from g4f_lite.testing._generator_tracker import GeneratorTracker
from g4f_lite.testing.contract.base import ContractBase, remaining_threads

__all__ = ["CallContract"]

_UNKNOWN_OPTION = "no_provider_has_an_option_of_this_name"


class CallContract(ContractBase):
    """The requirements on a call."""

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_yields_text_and_events_only(self, caller: CallVariants, stream: bool) -> None:
        """The provider's function, called by keyword, yields only `str` and `Event`, and some text."""
        items = list(caller.call_provider(stream=stream))
        wrong = sorted({type(item).__name__ for item in items if not isinstance(item, (str, Event))})
        assert not wrong, f"It yields {', '.join(wrong)}; it may yield str and Event"
        assert any(isinstance(item, str) and item for item in items), "It yields no text at all"

    def test_streamed_text_is_the_whole_text(self, caller: CallVariants) -> None:
        """The texts of a stream, joined, are the answer without streaming."""
        if not self.deterministic:
            pytest.skip("`deterministic` is False: the same question may have another answer")
        streamed, whole = "".join(caller.stream()), str(caller.answer())
        assert streamed == whole

    def test_messages_are_left_alone(self, caller: CallVariants) -> None:
        """The provider changes neither the caller's list of messages nor a message in it."""
        messages = [dict(message) for message in self.messages]
        before = copy.deepcopy(messages)
        list(caller.call_provider(stream=True, messages=messages))
        assert messages == before, "The provider changed the caller's messages"

    def test_unknown_option_is_refused(self, caller: CallVariants) -> None:
        """An option that the provider does not take raises `UnsupportedOptionError` with its name."""
        if caller.loaded.any_option:
            pytest.skip("the provider has **kwargs: it takes any option")
        with pytest.raises(UnsupportedOptionError) as caught:
            caller.answer(**{_UNKNOWN_OPTION: 1})
        assert caught.value.options == (_UNKNOWN_OPTION,)

    def test_prints_nothing(self, caller: CallVariants, capfd: pytest.CaptureFixture[str]) -> None:
        """The provider writes nothing to stdout or stderr, neither by `sys` nor to the descriptors."""
        capfd.readouterr()
        list(caller.call_provider(stream=True))
        caller.answer()
        printed = capfd.readouterr()
        assert (printed.out, printed.err) == ("", "")

    def test_close_ends_the_generator(self, caller: CallVariants, tracker: GeneratorTracker) -> None:
        """Closing a stream after its first text ends the provider's generator, without an error."""
        stream = caller.stream()
        next(stream)
        stream.close()
        assert tracker.started, "The provider was not asked"
        assert tracker.wait_idle(self.seconds), "The provider's generator goes on after close()"
        assert list(stream) == [], "A closed stream still yields"

    def test_close_leaves_no_thread(self, caller: CallVariants) -> None:
        """Closing a stream after its first text leaves no new thread running."""
        for _ in caller.stream():  # A provider that keeps a thread for all calls starts it here.
            break
        caller.answer()
        before = threading.enumerate()
        with caller.stream() as stream:
            next(stream)
        left = remaining_threads(before, self.seconds)
        assert not left, f"Threads of a closed call are still running: {left}"
