"""A service that has the Responses API beside the chat API: the option `api` chooses."""

from typing import Any

from g4f_lite.contract import Message
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.json_events import JSONBody, JSONStream
from g4f_lite_providers._chat_completions.service import Service
from g4f_lite_providers._responses.request import RESPONSES, chosen_api, responses_body

__all__ = ["ResponsesService"]


class ResponsesService(Service):
    """A provider that speaks both APIs.

    Its quirks have `RESPONSES` among their `options`, and the options that are headers outside of the body.
    """

    def complete(self, model: str, messages: list[Message], stream: bool, **options: Any) -> Exchange:
        """Ask for an answer, with the API that `api` names.

        Raises:
            InvalidArgumentError: at the call, for a wrong value, or an option that this API does not have.
        """
        if RESPONSES.keys().isdisjoint(options):  # most calls
            return super().complete(model, messages, stream, **options)
        if chosen_api(options) == "chat":
            chat = {name: value for name, value in options.items() if name not in RESPONSES}
            return super().complete(model, messages, stream, **chat)
        from g4f_lite_providers._responses.response import ResponsesAnswer  # only here: most calls do without

        asked = {name: value for name, value in options.items() if name not in self.quirks.outside}
        body = responses_body(model, messages, asked, stream=stream, reasoners=self.quirks.reasoners)
        secrets = self._secrets(options)
        answer = ResponsesAnswer(secrets=secrets, stored=body.get("store") is not False)
        decoder = (
            JSONStream(answer, whole=answer.whole, secrets=secrets)
            if stream
            else JSONBody(answer.whole, secrets=secrets)
        )
        request = self.request("/responses", body, options, model=model)
        return Exchange(request._replace(on_headers=answer.see_headers), decoder)
