"""Answers of the Gemini API beyond text, finish reasons and usage."""

import importlib.util
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite import ChatCompletion
from g4f_lite._core.calls.accumulator import ResponseAccumulator
from g4f_lite.errors import ProviderResponseError, QuotaExceededError
from g4f_lite.events import Citation, Logprobs, Media, Metadata, Reasoning, Usage, Vector
from g4f_lite.messages import check_messages
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers import gemini
from g4f_lite_providers.gemini.embeddings import decode_embeddings
from g4f_lite_providers.gemini.errors import from_response
from g4f_lite_providers.gemini.response import ChatResponseDecoder, decode_models

HI = [{"role": "user", "content": "Hi"}]


def load():
    spec = importlib.util.spec_from_file_location("gemini_stream_cases", Path(__file__).with_name("cases.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CASES = load()
END = CASES.piece(CASES.candidate(finish="STOP"))


def read(*pieces):
    answer = ChatResponseDecoder()
    items = [item for piece in pieces for item in answer.event("", piece)]
    return items + list(answer.end())


def of_kind(items, kind):
    return [item for item in items if isinstance(item, kind)]


def completion(ident, provided):
    provided("gemini")
    case = next(item for item in CASES.CASES if item.id == ident)
    with Upstream(Reply(case.body, headers={"content-type": case.media_type})) as upstream:
        answer = ChatCompletion.create(
            provider="gemini",
            model=CASES.MODEL,
            messages=HI,
            stream=case.stream,
            auth="k",
            base_url=upstream.url,
        )
        if case.stream:
            list(answer)
    return answer.completion


def test_model_identifier_and_counts(provided):
    """The model, the answer's identifier, and every count are known."""
    done = completion("text", provided)
    assert (done.model, done.id) == (CASES.MODEL, CASES.IDENT)
    assert done.usage == Usage(8, 12, 4, None, None)
    assert completion("thinking", provided).usage == Usage(9, 123, None, 120, None)


def test_calls_go_back_as_they_came(provided):
    """The message of an answer has each call with its identifier, and the signature at its position."""
    done = completion("tools", provided)
    first, second, third = done.tool_calls
    assert len({call.id for call in done.tool_calls}) == 3
    assert CASES.IDENT in first.id
    assert third.id == "fc-1"
    results = [{"role": "tool", "tool_call_id": call.id, "content": "x"} for call in done.tool_calls]
    sent = gemini._create_completion(CASES.MODEL, [*HI, done.message, *results], False).request.json
    assert sent["contents"][1]["parts"] == [
        {"text": "I'll look."},
        {
            "functionCall": {"id": first.id, "name": "get_weather", "args": {"city": "Zürich"}},
            "thoughtSignature": "QUJD",
        },
        {"functionCall": {"id": second.id, "name": "get_time", "args": {"zone": "CET"}}},
        {"functionCall": {"id": "fc-1", "name": "get_position", "args": {}}},
    ]
    results = [part["functionResponse"] for part in sent["contents"][2]["parts"]]
    assert [result["name"] for result in results] == ["get_weather", "get_time", "get_position"]


def test_a_signature_of_text_goes_back_to_the_text(provided):
    """The signature of a text is sent back in its own part; a thought without a signature is not sent."""
    done = completion("thinking", provided)
    sent = gemini._create_completion(CASES.MODEL, [*HI, done.message, *HI], False).request.json
    assert sent["contents"][1]["parts"] == [
        {"text": "Paris."},
        {"text": "", "thoughtSignature": "c2lnbmF0dXJl"},
    ]


WORDS = st.text(st.sampled_from("ab é💧"), min_size=1, max_size=8)
PARTS = st.lists(
    st.one_of(
        st.builds(CASES.text, WORDS),
        st.builds(lambda words: CASES.text(words, thoughtSignature="dHh0"), WORDS | st.just("")),
        st.builds(lambda words: CASES.text(words, thought=True, thoughtSignature="dGg="), WORDS),
        st.just(CASES.call("f", {"a": 1}, "QUJD", id="fc-1")),
        st.just({"inlineData": {"mimeType": "image/png", "data": CASES.PIXEL}, "thoughtSignature": "cGlj"}),
        st.just({"executableCode": {"language": "PYTHON", "code": "1"}}),
        st.just({"hologram": 1, "thoughtSignature": "aG9s"}),
    ),
    min_size=1,
    max_size=9,
)


@given(PARTS, st.lists(st.integers(0, 9), max_size=4))
def test_every_order_of_parts_goes_back_as_it_came(parts, cuts):
    """For any parts in any chunks, the message of an answer sends them back, each with its signature."""
    borders = [0, *sorted(cut for cut in cuts if cut < len(parts)), len(parts)]
    pieces = [CASES.piece(CASES.candidate(*parts[start:end])) for start, end in pairwise(borders)]
    gathered = ResponseAccumulator()
    for item in read(*pieces, END):
        gathered.parts.append(gathered.add(item))
    message = json.loads(json.dumps(gathered.choices()[0].message))
    sent = gemini._create_completion(CASES.MODEL, check_messages([*HI, message, *HI]), False).request.json
    wanted = []
    for part in parts:  # Texts without a signature are joined.
        if wanted and part.keys() == {"text"} == wanted[-1].keys():
            wanted[-1] = {"text": wanted[-1]["text"] + part["text"]}
        else:
            wanted.append(part)
    assert sent["contents"][1]["parts"] == wanted


def test_a_signature_of_a_thought_goes_back_with_it():
    """The signature of a thought differs from that of a text."""
    part = CASES.text("Hm.", thought=True, thoughtSignature="dGg=")
    assert of_kind(read(CASES.piece(CASES.candidate(part)), END), Reasoning) == [
        Reasoning("Hm.", signature="gemini:thought:dGg=")
    ]


def test_positions_of_citations(provided):
    """The service counts bytes, and a citation counts the characters of the answer."""
    done = completion("grounded", provided)
    a, b, c = done.citations
    assert a == Citation("https://example.org/a", "example.org", None, 0, 7)
    assert (b.url, b.start, b.end) == ("https://example.org/a", 7, 11)
    assert c == Citation("https://example.org/b", "b", "Words.", 7, 11)
    assert done.text[a.start : a.end] == "España "
    assert done.metadata["groundingMetadata"]["webSearchQueries"] == ["UEFA Euro 2024 winner"]
    (recited,) = completion("recited", provided).citations
    assert recited == Citation("https://example.org", None, None, 0, 5)


def test_sources_without_a_position():
    """Sources without a position in the answer are citations too."""
    grounding = {"groundingChunks": [{"maps": {"uri": "https://example.org/m", "title": "Here"}}, {}]}
    items = read(CASES.piece(CASES.candidate(CASES.text("a"), finish="STOP", groundingMetadata=grounding)))
    assert of_kind(items, Citation) == [Citation("https://example.org/m", "Here"), Citation()]


def test_log_probabilities(provided):
    """The tokens' log probabilities have OpenAI's shape."""
    case = next(item for item in CASES.CASES if item.id == "whole")
    (found,) = of_kind(ChatResponseDecoder().decode_body(json.loads(case.body)), Logprobs)
    (token,) = found.content
    assert (token["token"], token["logprob"], token["bytes"]) == ("Hi", -0.25, [72, 105])
    assert [(item["token"], item["logprob"]) for item in token["top_logprobs"]] == [
        ("Hi", -0.25),
        ("Hé", -2.5),
    ]
    assert completion("whole", provided).choices[0].logprobs == (token,)


def test_pictures_and_sounds(provided):
    """An image has its bytes and type; the parts of a sound share the answer's identifier."""
    (picture,) = completion("picture", provided).media
    assert picture == Media("image", data=CASES.PIXEL, mime_type="image/png")
    (sound,) = completion("whole-sound", provided).media
    assert (sound.kind, sound.id) == ("audio", CASES.IDENT)
    part = {
        "fileData": {"fileUri": "https://example.org/a.png", "mimeType": "image/png"},
        "thoughtSignature": "cw==",
    }
    items = read(CASES.piece(CASES.candidate(part)), END)
    assert of_kind(items, Media) == [Media("image", "https://example.org/a.png", None, "image/png")]
    (order,) = of_kind(items, Reasoning)
    assert json.loads(order.signature.removeprefix("gemini:order:")) == [["other", part, 0]]


def test_what_is_not_known_is_kept(provided):
    """Code that was run, drafts and unknown parts are in the metadata, by candidate."""
    ran, said = completion("code", provided).metadata["parts"]
    assert ran["executableCode"]["code"] == "print(81)"
    assert said["codeExecutionResult"]["output"] == "81\n"
    items = read(
        CASES.piece(CASES.candidate({"hologram": 1}, index=1, finish="STOP", safetyRatings=CASES.RATINGS)),
        {"promptFeedback": {"safetyRatings": CASES.RATINGS}},
        END,
    )
    assert [item.values for item in of_kind(items, Metadata)] == [
        {"parts[1]": ({"hologram": 1},)},
        {"promptFeedback": {"safetyRatings": CASES.RATINGS}},
        {"safetyRatings[1]": CASES.RATINGS},
    ]


def test_a_candidate_without_a_finish_reason_is_an_error():
    """An answer with a candidate without a finish reason is cut short."""
    with pytest.raises(ProviderResponseError, match="cut short"):
        read(
            CASES.piece(
                CASES.candidate(CASES.text("a"), finish="STOP"), CASES.candidate(CASES.text("b"), index=1)
            )
        )


def test_a_refusal_of_the_prompt_says_why():
    """The error for a refused prompt has the service's message."""
    feedback = {"blockReason": "BLOCKLIST", "blockReasonMessage": "A word."}
    with pytest.raises(Exception, match=r"\(BLOCKLIST\): A word\.") as caught:
        list(ChatResponseDecoder().event("", {"promptFeedback": feedback}))
    assert caught.value.status == 200


def test_a_limit_of_zero_is_an_exceeded_quota():
    """A limit of 0 is an exceeded quota; without details, the message decides."""
    body = b"""{"error": {"code": 429, "message": "limit", "status": "RESOURCE_EXHAUSTED", "details": [
        {"violations": [{"quotaId": "GenerateRequestsPerMinute", "quotaValue": "0"}]}, {"retryDelay": "soon"}]}}"""
    error = from_response(429, {}, body)
    assert type(error) is QuotaExceededError
    assert error.retry_after is None
    assert type(from_response(429, {}, b"You exceeded your current quota")) is QuotaExceededError


def test_lists_that_lack_something():
    """A model without a list of methods is listed; an answer without vectors raises an error."""
    assert list(decode_models({"models": [{"name": "models/x"}, {"name": None}, 5]})) == ["x"]
    assert list(decode_embeddings({"embeddings": [{"values": [1]}]})) == [Vector(0, [1])]
    with pytest.raises(ProviderResponseError, match="no embeddings"):
        list(decode_embeddings({}))
