"""A service that has both the Responses API and the chat API; the option `api` selects one."""

from typing import Any

from g4f_lite.contract import Message
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.json_events import JSONBody, JSONStream
from g4f_lite_providers._chat_completions.service import Service
from g4f_lite_providers._responses.request import RESPONSES_OPTIONS, chat_body, select_api

__all__ = ["ResponsesService"]


class ResponsesService(Service):
    """A provider of both APIs.

    Its quirks have `RESPONSES_OPTIONS` among their `options`.
    """

    def complete(self, model: str, messages: list[Message], stream: bool, **options: Any) -> Exchange:
        """Return the exchange for an answer, with the API that `api` names.

        Raises:
            InvalidArgumentError: at the call, an option has a wrong value, or the API does not have it.
        """
        if RESPONSES_OPTIONS.keys().isdisjoint(options):  # most calls
            return super().complete(model, messages, stream, **options)
        if select_api(options) == "chat":
            chat_options = {name: value for name, value in options.items() if name not in RESPONSES_OPTIONS}
            return super().complete(model, messages, stream, **chat_options)
        # Imported here, because most calls do not need it.
        from g4f_lite_providers._responses.response import ChatResponseDecoder

        body_options = {
            name: value for name, value in options.items() if name not in self.quirks.non_body_options
        }
        body = chat_body(
            model, messages, body_options, stream=stream, reasoning_models=self.quirks.reasoning_models
        )
        secrets = self._secrets(options)
        decoder = ChatResponseDecoder(secrets=secrets, is_stored=body.get("store") is not False)
        request = self.request("/responses", body, options, model=model)
        return Exchange(
            request._replace(on_headers=decoder.see_headers),
            JSONStream(decoder, whole=decoder.decode_body, secrets=secrets)
            if stream
            else JSONBody(decoder.decode_body, secrets=secrets),
        )
