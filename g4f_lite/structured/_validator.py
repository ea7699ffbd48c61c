"""Validation of a value against a JSON schema that the caller wrote.

The keywords that services support are validated here, as draft 2020-12 defines them. A schema with any other
keyword is validated by the package `jsonschema`, which the extra ``schema`` installs.
"""

import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from g4f_lite._utils.text import join_names, shorten
from g4f_lite.errors import MissingExtraError
from g4f_lite.structured._containers import canonical_json
from g4f_lite.structured._meta_validation import (
    TYPE_CHECKS,
    raise_schema_error,
    resolve_pointer,
    validate_schema,
)
from g4f_lite.structured._types import (
    INVALID,
    JSONType,
    Path,
    Schema,
    SchemaWriter,
    ValidationContext,
    closest_issues,
    describe_kind,
)

__all__ = ["RawSchema"]


class RawSchema(JSONType):
    """A value that is valid against a JSON schema, unchanged.

    Args:
        schema: the JSON schema, which is copied.
        argument: the argument of the call that has the schema, for errors.

    Raises:
        InvalidArgumentError: `schema` is not a JSON schema; the message names the location.
        MissingExtraError: `schema` has keywords that need the extra ``schema``.
    """

    def __init__(self, schema: Mapping[str, Any], argument: str) -> None:
        self._schema = _copy_schema(schema)
        needs_package = validate_schema(self._schema, self._schema, "", argument)
        self._validate = (
            _package_validator(self._schema, argument) if needs_package else _builtin_validator(self._schema)
        )

    def schema(self, writer: SchemaWriter) -> Schema:  # noqa: ARG002
        copied: Schema = _copy_schema(self._schema)
        return copied

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        before = len(context.issues)
        self._validate(value, path, context)
        return INVALID if len(context.issues) > before else value


def _copy_schema(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _copy_schema(item) for key, item in node.items()}
    return [_copy_schema(item) for item in node] if isinstance(node, (list, tuple)) else node


_Validate = Callable[[Any, Path, ValidationContext], None]


def _package_validator(schema: Schema, argument: str) -> _Validate:
    try:
        from jsonschema import SchemaError
        from jsonschema.validators import Draft202012Validator, validator_for
        from referencing import Registry
    except ImportError:
        raise MissingExtraError("schema", "A JSON schema with keywords beyond the common ones") from None
    cls = validator_for(schema, default=Draft202012Validator)
    try:
        cls.check_schema(schema)
    except SchemaError as error:
        raise_schema_error(argument, f"The JSON schema is wrong: {shorten(error.message)}.")
    validator = cls(schema, registry=Registry())  # an empty registry: nothing is ever fetched

    def validate(value: Any, path: Path, context: ValidationContext) -> None:
        for error in validator.iter_errors(value):
            context.add_issue((*path, *error.absolute_path), shorten(error.message))

    return validate


def _builtin_validator(schema: Schema) -> _Validate:
    def validate(value: Any, path: Path, context: ValidationContext) -> None:
        _SchemaValidator(schema, context).validate(schema, value, path)

    return validate


class _SchemaValidator:
    """Validates values against a schema and its subschemas; adds issues to `context`."""

    def __init__(self, root: Schema, context: ValidationContext) -> None:
        self.root = root
        self.context = context

    def validate(self, schema: Any, value: Any, path: Path) -> None:
        """Add the issues of the value and its parts to the context."""
        if schema is False:
            self.context.add_issue(path, "is not allowed")
        if isinstance(schema, bool):
            return
        for keyword, rule in _RULES.items():
            if keyword in schema:
                rule(self, schema, value, path)
        type_rule = _RULES_BY_TYPE.get(type(value))
        if type_rule is not None:
            type_rule(self, schema, value, path)

    def collect_issues(self, schema: Any, value: Any, path: Path) -> list[Any]:
        """Return the issues of the value without adding them to the context."""
        part = self.context.fork()
        _SchemaValidator(self.root, part).validate(schema, value, path)
        return part.issues

    # --- any value ---------------------------------------------------------------------------

    def _check_ref(self, schema: Schema, value: Any, path: Path) -> None:
        self.validate(resolve_pointer(self.root, schema["$ref"]), value, path)

    def _check_type(self, schema: Schema, value: Any, path: Path) -> None:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(TYPE_CHECKS[name][1](value) for name in names):
            self.context.add_mismatch(path, " or ".join(TYPE_CHECKS[name][0] for name in names), value)

    def _check_const(self, schema: Schema, value: Any, path: Path) -> None:
        self._check_enum({"enum": [schema["const"]]}, value, path)

    def _check_enum(self, schema: Schema, value: Any, path: Path) -> None:
        allowed = schema["enum"]
        if canonical_json(value) not in map(canonical_json, allowed):
            shown = shorten(repr(value), 60) if not isinstance(value, (list, dict)) else describe_kind(value)
            expected = join_names((shorten(repr(item), 60) for item in allowed), 20)
            self.context.add_issue(path, f"expected one of {expected}, not {shown}")

    def _check_all_of(self, schema: Schema, value: Any, path: Path) -> None:
        for part in schema["allOf"]:
            self.validate(part, value, path)

    def _check_any_of(self, schema: Schema, value: Any, path: Path) -> None:
        failures = [self.collect_issues(part, value, path) for part in schema["anyOf"]]
        if all(failures):
            self.context.issues += closest_issues(failures, path) or failures[0]

    def _check_one_of(self, schema: Schema, value: Any, path: Path) -> None:
        matches = sum(not self.collect_issues(part, value, path) for part in schema["oneOf"])
        if matches == 0:
            self._check_any_of({"anyOf": schema["oneOf"]}, value, path)
        elif matches > 1:
            self.context.add_issue(path, f"fits {matches} of the alternatives, and has to fit one")

    # --- numbers and strings -----------------------------------------------------------------

    def _check_number(self, schema: Schema, value: Any, path: Path) -> None:
        for keyword, comparison, holds in _BOUNDS:
            if keyword in schema and not holds(value, schema[keyword]):
                self.context.add_issue(path, f"expected {comparison} {schema[keyword]}, not {value!r}")

        step = schema.get("multipleOf", 0)
        # As exact decimal numbers: 0.3 is a multiple of 0.1, but not in binary floating point.
        if step and (Fraction(repr(value)) / Fraction(repr(step))).denominator != 1:
            self.context.add_issue(path, f"expected a multiple of {step}, not {value!r}")

    def _check_string(self, schema: Schema, value: Any, path: Path) -> None:
        self._check_length(schema, value, path, ("minLength", "maxLength", "characters"))
        if "pattern" in schema and not re.search(schema["pattern"], value):
            self.context.add_issue(
                path, f"expected a string that matches {schema['pattern']!r}, not {shorten(repr(value), 60)}"
            )

    def _check_length(self, schema: Schema, value: Any, path: Path, words: tuple[str, str, str]) -> None:
        min_keyword, max_keyword, unit = words
        if min_keyword in schema and len(value) < schema[min_keyword]:
            self.context.add_issue(path, f"expected at least {schema[min_keyword]} {unit}, not {len(value)}")
        if max_keyword in schema and len(value) > schema[max_keyword]:
            self.context.add_issue(path, f"expected at most {schema[max_keyword]} {unit}, not {len(value)}")

    # --- arrays and objects ------------------------------------------------------------------

    def _check_array(self, schema: Schema, value: Any, path: Path) -> None:
        self._check_length(schema, value, path, ("minItems", "maxItems", "items"))
        if schema.get("uniqueItems") and len(set(map(canonical_json, value))) < len(value):
            self.context.add_issue(path, "expected no item twice")
        prefix_items = schema.get("prefixItems", [])
        for index, item in enumerate(value):
            part = prefix_items[index] if index < len(prefix_items) else schema.get("items", True)
            self.validate(part, item, (*path, index))

    def _check_object(self, schema: Schema, value: Any, path: Path) -> None:
        for name in schema.get("required", ()):
            if name not in value:
                self.context.add_issue((*path, name), "is missing")
        properties = schema.get("properties", {})
        additional = schema.get("additionalProperties", True)
        for name, item in value.items():
            if name not in properties and additional is False:
                self.context.add_issue((*path, name), "is not a known key")
            else:
                self.validate(properties.get(name, additional), item, (*path, name))


_BOUNDS: tuple[tuple[str, str, Callable[[Any, Any], bool]], ...] = (
    ("minimum", "at least", operator.ge),
    ("maximum", "at most", operator.le),
    ("exclusiveMinimum", "more than", operator.gt),
    ("exclusiveMaximum", "less than", operator.lt),
)
_Rule = Callable[[_SchemaValidator, Schema, Any, Path], None]
_RULES: dict[str, _Rule] = {
    "$ref": _SchemaValidator._check_ref,
    "type": _SchemaValidator._check_type,
    "enum": _SchemaValidator._check_enum,
    "const": _SchemaValidator._check_const,
    "allOf": _SchemaValidator._check_all_of,
    "anyOf": _SchemaValidator._check_any_of,
    "oneOf": _SchemaValidator._check_one_of,
}
_RULES_BY_TYPE: dict[type, _Rule] = {
    int: _SchemaValidator._check_number,
    float: _SchemaValidator._check_number,
    str: _SchemaValidator._check_string,
    list: _SchemaValidator._check_array,
    dict: _SchemaValidator._check_object,
}
