"""What a JSON value has to be: one object per type, which says so to the model and checks what it wrote.

A `Shape` writes its JSON schema and builds its object in one class, so that the two cannot differ.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

__all__ = [
    "INVALID",
    "JSONType",
    "Path",
    "Schema",
    "SchemaWriter",
    "ValidationContext",
    "ValidationIssue",
    "kind_of",
    "nearest",
    "write",
]

Schema = dict[str, Any]
Path = tuple[str | int, ...]


class _Wrong:
    """What building gives when it noted why nothing could be built."""

    def __repr__(self) -> str:
        return "WRONG"


INVALID: Final = _Wrong()


class ValidationIssue(NamedTuple):
    """One thing that is wrong with a value.

    Attributes:
        path: where it is, keys and positions from the root.
        message: what it should have been, and what it is.
    """

    path: Path
    message: str

    def __str__(self) -> str:
        where = "".join(_step(step) for step in self.path).removeprefix(".")
        return f"{where}: {self.message}" if where else self.message


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() else f"[{step!r}]"


class ValidationContext:
    """One value being built, and all that is wrong with it."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.misfits: list[ValidationIssue] = []
        self.known: dict[tuple[int, int], tuple[Any, list[ValidationIssue]]] = {}

    def apart(self) -> "ValidationContext":
        """Return a reading of a part of the same value, with misfits of its own."""
        part = ValidationContext(strict=self.strict)
        part.known = self.known
        return part

    def wrong(self, path: Path, message: str) -> Any:
        """Note what is wrong."""
        self.misfits.append(ValidationIssue(path, message))
        return INVALID

    def expected(self, path: Path, wanted: str, value: object) -> Any:
        """Note that the value is of another kind."""
        return self.wrong(path, f"expected {wanted}, not {kind_of(value)}")


class SchemaWriter:
    """One schema being written, and the definitions that it refers to."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.definitions: dict[str, Schema] = {}
        self._names: dict[int, str] = {}

    def named(self, owner: object, name: str, body: Callable[["SchemaWriter"], Schema]) -> Schema:
        """Return a reference to the definition of `owner`, which is written at its first use."""
        if id(owner) not in self._names:
            own = self._names[id(owner)] = self.free(name)
            self.definitions[own] = {}  # the name is taken while the body, which may refer to it, is written
            self.definitions[own] = body(self)
        return {"$ref": f"#/$defs/{self._names[id(owner)]}"}

    def free(self, name: str) -> str:
        """Return `name`, or one like it that no definition has."""
        plain = "".join(item if item.isalnum() and item.isascii() else "_" for item in name)
        number = 1
        while (own := plain if number == 1 else f"{plain}_{number}") in self.definitions:
            number += 1
        return own


class JSONType:
    """What a JSON value has to be.

    Attributes:
        wanted: the kind of value, in words, for what is wrong with another.
        nullable: whether null fits.
    """

    wanted = "a value"
    nullable = False

    def schema(self, writing: SchemaWriter) -> Schema:
        """Return the JSON schema."""
        raise NotImplementedError

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        """Return what is made of a JSON value; `WRONG`, once the reading knows why, if it does not fit."""
        raise NotImplementedError


def nearest(failures: Iterable[list[ValidationIssue]], path: Path) -> list[ValidationIssue]:
    """Return what is wrong with the alternative that was meant, of several that do not fit; empty if none was.

    One that got beyond the value itself was meant; of several such, the one with the fewest misfits.
    """
    meant = [misfits for misfits in failures if all(len(item.path) > len(path) for item in misfits)]
    return min(meant, key=len) if meant else []


def kind_of(value: object) -> str:
    """Return what kind of JSON value it is, in words."""
    if value is None:
        return "null"
    for kind, words in _KINDS:
        if isinstance(value, kind):
            return words
    return type(value).__name__


_KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "a boolean"),
    ((int, float), "a number"),
    (str, "a string"),
    (list, "an array"),
    (dict, "an object"),
)


# --- a whole schema ------------------------------------------------------------------------------


def write(shape: JSONType, *, strict: bool = False) -> Schema:
    """Return the whole JSON schema of a shape.

    A definition that is used once stands where it is used: many services know `$ref` badly or not at all.
    """
    writing = SchemaWriter(strict=strict)
    root = shape.schema(writing)
    return _assembled(root, writing.definitions)


def _assembled(root: Schema, definitions: dict[str, Schema]) -> Schema:
    uses: dict[str, int] = dict.fromkeys((f"#/$defs/{name}" for name in definitions), 0)
    for schema in (root, *definitions.values()):
        _count(schema, uses)
    single = {pointer for pointer, number in uses.items() if number == 1}

    def placed(node: Any) -> Any:
        if isinstance(node, list):
            return [placed(item) for item in node]
        if not isinstance(node, dict):
            return node
        pointer = node.get("$ref")
        if isinstance(pointer, str) and pointer in single:
            beside = {key: placed(item) for key, item in node.items() if key != "$ref"}
            return {**placed(_target(pointer, definitions)), **beside}
        if isinstance(pointer, str) and len(node) > 1:  # strict services take nothing beside a `$ref`
            beside = {key: placed(item) for key, item in node.items() if key != "$ref"}
            return {"anyOf": [{"$ref": pointer}], **beside}
        return {key: placed(item) for key, item in node.items()}

    whole: Schema = placed(root)
    if isinstance(whole.get("$ref"), str):  # the root has to say itself what it is
        whole = placed(_target(whole["$ref"], definitions))
    shared = {name: placed(body) for name, body in definitions.items() if f"#/$defs/{name}" not in single}
    return {**whole, "$defs": shared} if shared else whole


def _target(pointer: str, definitions: dict[str, Schema]) -> Schema:
    return definitions[pointer.removeprefix("#/$defs/")]


def _count(node: Any, uses: dict[str, int]) -> None:
    """Count how often each definition is named; a mention that is no `$ref` counts twice, to keep it."""
    if isinstance(node, dict):
        for key, item in node.items():
            if isinstance(item, str) and item in uses:
                uses[item] += 1 if key == "$ref" else 2
            else:
                _count(item, uses)
    elif isinstance(node, list):
        for item in node:
            _count(item, uses)
