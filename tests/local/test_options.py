"""The constants, the options and the conversation of the provider; no test here runs the model."""

import ast
from pathlib import Path

import pytest

from g4f_lite.contract import CONSTANTS
from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers import local


def create(**options):
    messages = options.pop("messages", [{"role": "user", "content": "Hello"}])
    return local._create_completion(model=local.model[0], messages=messages, stream=True, **options)


def test_constants_can_be_read_without_import():
    """Each constant of the contract, and `params`, is a literal in the source."""
    tree = ast.parse(Path(local.__file__).read_text())
    literals = {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Constant, ast.List))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for name in [*(constant.name for constant in CONSTANTS if constant.required), "working", "params"]:
        assert literals[name] == getattr(local, name)


def test_import_loads_no_runtime(programs):
    """Importing the provider imports neither the runtime nor modules for processes or threads."""
    source = "heavy = {'xllamacpp', 'subprocess', 'zipfile', 'queue'} & set(sys.modules)\nsay(sorted(heavy))"
    assert programs.run(source) == (0, "[]\n", "")


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({"max_tokens": 0}, "from 1 to 4096"),
        ({"max_tokens": 4097}, "from 1 to 4096"),
        ({"max_tokens": True}, "from 1 to 4096"),
        ({"max_tokens": "12"}, "from 1 to 4096"),
        ({"temperature": -0.1}, "from 0 to 2"),
        ({"temperature": 2.5}, "from 0 to 2"),
        ({"temperature": float("nan")}, "from 0 to 2"),
        ({"temperature": "hot"}, "from 0 to 2"),
        ({"top_p": 1.5}, "from 0 to 1"),
        ({"top_p": False}, "from 0 to 1"),
        ({"seed": -1}, "from 0 to 4294967294"),
        ({"seed": 2**32 - 1}, "from 0 to 4294967294"),
        ({"seed": 1.0}, "from 0 to 4294967294"),
        ({"stop": ""}, "none of them empty"),
        ({"stop": ["a", ""]}, "none of them empty"),
        ({"stop": [1]}, "none of them empty"),
        ({"stop": 7}, "none of them empty"),
        ({"progress": "yes"}, "a function"),
    ],
)
def test_wrong_option_is_refused_at_the_call(options, allowed):
    """A wrong value raises an error at the call, which names the option and the allowed values."""
    (name,) = options
    with pytest.raises(InvalidArgumentError, match=allowed) as caught:
        create(**options)
    assert caught.value.argument == name
    assert caught.value.hint


def test_good_options_start_nothing():
    """A call that is never iterated does no work."""
    good = {"max_tokens": 1, "temperature": 2, "top_p": 0, "seed": 0, "stop": ["a"], "progress": print}
    create(**good).close()


def test_unknown_option_is_refused():
    """The provider refuses an unknown option."""
    with pytest.raises(TypeError, match="colour"):
        create(colour="red")


def test_system_prompt_is_added_only_if_there_is_none():
    """The default system message is added only if the caller has none."""
    user = {"role": "user", "content": "Hi"}
    assert local._convert_messages([user]) == [{"role": "system", "content": local.SYSTEM_PROMPT}, user]
    for role in ("system", "developer"):
        own = {"role": role, "content": "Be brief."}
        assert local._convert_messages([own, user]) == [{"role": "system", "content": "Be brief."}, user]


def test_whole_conversation_is_sent():
    """The model gets every turn, in order; the result of a tool becomes a user message."""
    turns = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": "a", "name": "x"},
        {"role": "tool", "content": "t", "tool_call_id": "1"},
    ]
    sent = local._convert_messages(turns)
    assert [(turn["role"], turn["content"]) for turn in sent] == [
        ("system", "s"),
        ("user", "u"),
        ("assistant", "a"),
        ("user", "t"),
    ]
