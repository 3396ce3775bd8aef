"""Checks a value against a JSON Schema of draft 2020-12, as far as the schemas of this project go.

It stands in for the package jsonschema, which is not among the requirements. A keyword that it does not know is an
error, so that nothing in a schema is passed over in silence.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
Faults = Iterator[str]

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
TOLD = {"$schema", "$id", "$defs", "title", "description"}


def faults(value: Any, schema: Schema, root: Schema | None = None, at: str = "$") -> Faults:
    """Give every place at which the value is not what the schema says."""
    whole = schema if root is None else root
    for keyword, wanted in schema.items():
        if keyword not in TOLD:
            yield from KEYWORDS[keyword](value, wanted, schema, whole, at)


def _ref(value: Any, wanted: str, schema: Schema, root: Schema, at: str) -> Faults:
    yield from faults(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, at)


def _type(value: Any, wanted: Any, schema: Schema, root: Schema, at: str) -> Faults:
    names = [wanted] if isinstance(wanted, str) else wanted
    if not any(_is(value, name) for name in names):
        yield f"{at}: {type(value).__name__}, not {' or '.join(names)}"


def _is(value: Any, name: str) -> bool:
    number = name in ("integer", "number")
    return isinstance(value, TYPES[name]) and not (number and isinstance(value, bool))


def _properties(value: Any, wanted: Schema, schema: Schema, root: Schema, at: str) -> Faults:
    for key in wanted.keys() & value.keys():
        yield from faults(value[key], wanted[key], root, f"{at}.{key}")


def _required(value: Any, wanted: list[str], schema: Schema, root: Schema, at: str) -> Faults:
    yield from (f"{at}: no {key}" for key in wanted if key not in value)


def _additional(value: Any, wanted: Any, schema: Schema, root: Schema, at: str) -> Faults:
    more = value.keys() - schema.get("properties", {}).keys()
    if wanted is False:
        yield from (f"{at}: {key} is not foreseen" for key in more)
    else:
        for key in more:
            yield from faults(value[key], wanted, root, f"{at}.{key}")


def _items(value: Any, wanted: Schema, schema: Schema, root: Schema, at: str) -> Faults:
    for place, item in enumerate(value):
        yield from faults(item, wanted, root, f"{at}[{place}]")


def _any_of(value: Any, wanted: list[Schema], schema: Schema, root: Schema, at: str) -> Faults:
    if all(any(True for _ in faults(value, one, root, at)) for one in wanted):
        yield f"{at}: none of the {len(wanted)} forms"


def _test(kind: str, holds: Callable[[Any, Any], bool], words: str) -> Callable[..., Faults]:
    def check(value: Any, wanted: Any, schema: Schema, root: Schema, at: str) -> Faults:
        if _is(value, kind) and not holds(value, wanted):
            yield f"{at}: {value!r} {words} {wanted!r}"

    return check


def _of(kind: str, keyword: Callable[..., Faults]) -> Callable[..., Faults]:
    """A keyword about objects or arrays says nothing of any other value."""
    return lambda value, *more: keyword(value, *more) if _is(value, kind) else iter(())


KEYWORDS: Mapping[str, Callable[..., Faults]] = {
    "$ref": _ref,
    "type": _type,
    "properties": _of("object", _properties),
    "required": _of("object", _required),
    "additionalProperties": _of("object", _additional),
    "items": _of("array", _items),
    "anyOf": _any_of,
    "const": lambda value, wanted, schema, root, at: iter([] if value == wanted else [f"{at}: {value!r}"]),
    "enum": lambda value, wanted, schema, root, at: iter([] if value in wanted else [f"{at}: {value!r}"]),
    "pattern": _test("string", lambda value, wanted: re.search(wanted, value) is not None, "does not match"),
    "minimum": _test("number", lambda value, wanted: value >= wanted, "is less than"),
    "maximum": _test("number", lambda value, wanted: value <= wanted, "is more than"),
    "minLength": _test("string", lambda value, wanted: len(value) >= wanted, "is shorter than"),
}
