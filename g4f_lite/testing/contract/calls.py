"""A provider called as any program calls it."""

import copy
import threading

import pytest

from g4f_lite import Event, UnsupportedOptionError
from g4f_lite.testing._call_variants import CallVariants
from g4f_lite.testing._generator_tracker import GeneratorTracker
from g4f_lite.testing.contract.base import ContractBase, new_threads

__all__ = ["CallContract"]

_UNKNOWN_OPTION = "no_provider_has_an_option_of_this_name"


class CallContract(ContractBase):
    """What it yields, and what it leaves alone."""

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_yields_text_and_events_only(self, caller: CallVariants, stream: bool) -> None:
        """Called by keyword, it yields `str` and `Event`, and some text among them."""
        items = list(caller.direct(stream=stream))
        wrong = sorted({type(item).__name__ for item in items if not isinstance(item, (str, Event))})
        assert not wrong, f"It yields {', '.join(wrong)}; it may yield str and Event"
        assert any(isinstance(item, str) and item for item in items), "It yields no text at all"

    def test_streamed_text_is_the_whole_text(self, caller: CallVariants) -> None:
        """The pieces of a stream, put together, are the answer that comes without streaming."""
        if not self.deterministic:
            pytest.skip("`deterministic` is False: the same question may have another answer")
        streamed, whole = "".join(caller.stream()), str(caller.whole())
        assert streamed == whole

    def test_messages_are_left_alone(self, caller: CallVariants) -> None:
        """The caller's list of messages, and each message in it, is the same after the call."""
        messages = [dict(message) for message in self.messages]
        before = copy.deepcopy(messages)
        list(caller.direct(stream=True, messages=messages))
        assert messages == before, "The provider changed the caller's messages"

    def test_unknown_option_is_refused(self, caller: CallVariants) -> None:
        """An option that it does not take is refused by name before anything is sent."""
        if caller.loaded.any_option:
            pytest.skip("the provider has **kwargs: it takes any option")
        with pytest.raises(UnsupportedOptionError) as caught:
            caller.whole(**{_UNKNOWN_OPTION: 1})
        assert caught.value.options == (_UNKNOWN_OPTION,)

    def test_prints_nothing(self, caller: CallVariants, capfd: pytest.CaptureFixture[str]) -> None:
        """Nothing is written to stdout or stderr, neither through `sys` nor to the descriptors."""
        capfd.readouterr()
        list(caller.direct(stream=True))
        caller.whole()
        printed = capfd.readouterr()
        assert (printed.out, printed.err) == ("", "")

    def test_close_ends_the_generator(self, caller: CallVariants, witness: GeneratorTracker) -> None:
        """A stream closed after its first text ends the provider's generator, without an error."""
        stream = caller.stream()
        next(stream)
        stream.close()
        assert witness.begun, "The provider was not asked"
        assert witness.wait_idle(self.seconds), "The provider's generator goes on after close()"
        assert list(stream) == [], "A closed stream still yields"

    def test_close_leaves_no_thread(self, caller: CallVariants) -> None:
        """A stream closed after its first text leaves no thread running that the first call did not."""
        for _ in caller.stream():  # what a provider starts once, for good, it starts here
            break
        caller.whole()
        before = threading.enumerate()
        with caller.stream() as stream:
            next(stream)
        left = new_threads(before, self.seconds)
        assert not left, f"Threads of a closed call are still running: {left}"
