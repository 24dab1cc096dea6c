"""Types of Arrow in the C data interface's words, and the plain type each of them has here."""

import pyarrow as pa

_SIMPLE = {
    "n": pa.null(),
    "b": pa.bool_(),
    "c": pa.int8(),
    "C": pa.uint8(),
    "s": pa.int16(),
    "S": pa.uint16(),
    "i": pa.int32(),
    "I": pa.uint32(),
    "l": pa.int64(),
    "L": pa.uint64(),
    "e": pa.float16(),
    "f": pa.float32(),
    "g": pa.float64(),
    "z": pa.binary(),
    "Z": pa.large_binary(),
    "u": pa.string(),
    "U": pa.large_string(),
    "tdD": pa.date32(),
    "tdm": pa.date64(),
    "tts": pa.time32("s"),
    "ttm": pa.time32("ms"),
    "ttu": pa.time64("us"),
    "ttn": pa.time64("ns"),
}
_UNITS = {"s": "s", "m": "ms", "u": "us", "n": "ns"}

_CONTRACT = {
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
    "string": pa.string(),
    "uuid": pa.binary(16),
    "binary": pa.binary(),
}


class Unsupported(Exception):
    """A type that no table can hold."""


def type_of_format(text, children):
    """children: fields already built."""
    if text in _SIMPLE:
        return _SIMPLE[text]
    if text.startswith("d:"):
        precision, scale = text[2:].split(",")[:2]
        return pa.decimal128(int(precision), int(scale))
    if text.startswith("w:"):
        return pa.binary(int(text[2:]))
    if text.startswith("ts"):
        return pa.timestamp(_UNITS[text[2]], text[4:] or None)
    if text == "+s":
        return pa.struct(children)
    if text == "+l":
        return pa.list_(children[0])
    if text == "+L":
        return pa.large_list(children[0])
    if text == "+m":
        entries = children[0].type
        return pa.map_(entries.field(0).type, entries.field(1))
    raise Unsupported(text)


def format_of_type(kind):
    """Of plain types only."""
    for text, known in _SIMPLE.items():
        if kind == known:
            return text
    if pa.types.is_decimal(kind):
        return "d:%d,%d" % (kind.precision, kind.scale)
    if pa.types.is_fixed_size_binary(kind):
        return "w:%d" % kind.byte_width
    if pa.types.is_timestamp(kind):
        return "ts%s:%s" % ("u", kind.tz or "")
    if pa.types.is_struct(kind):
        return "+s"
    if pa.types.is_map(kind):
        return "+m"
    if pa.types.is_list(kind):
        return "+l"
    raise Unsupported(str(kind))


def _is(kind, *names):
    """Newer Arrow types, where this version of pyarrow knows them."""
    for name in names:
        test = getattr(pa.types, name, None)
        if test is not None and test(kind):
            return True
    return False


def plain(kind):
    """The type a column is stored in; raises Unsupported."""
    if isinstance(kind, pa.BaseExtensionType):
        return kind if kind.extension_name == "arrow.uuid" else plain(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return plain(kind.value_type)
    if _is(kind, "is_run_end_encoded"):
        return plain(kind.value_type)
    if pa.types.is_boolean(kind) or pa.types.is_floating(kind):
        return pa.float32() if kind == pa.float16() else kind
    if pa.types.is_integer(kind):
        if kind == pa.uint64():
            return pa.decimal128(20, 0)
        return pa.int64() if kind in (pa.int64(), pa.uint32()) else pa.int32()
    if _is(kind, "is_string", "is_large_string", "is_string_view"):
        return pa.string()
    if _is(kind, "is_fixed_size_binary"):
        return kind
    if _is(kind, "is_binary", "is_large_binary", "is_binary_view"):
        return pa.binary()
    if pa.types.is_decimal(kind) and kind.precision <= 38 and kind.scale >= 0:
        return pa.decimal128(kind.precision, kind.scale)
    if pa.types.is_date(kind):
        return pa.date32()
    if pa.types.is_time(kind):
        return pa.time64("us")
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    return _plain_nested(kind)


def _plain_nested(kind):
    if pa.types.is_struct(kind):
        fields = [kind.field(i) for i in range(kind.num_fields)]
        return pa.struct([pa.field(f.name, plain(f.type), True) for f in fields])
    if pa.types.is_map(kind):
        return pa.map_(plain(kind.key_type), plain(kind.item_type))
    if _is(
        kind,
        "is_list",
        "is_large_list",
        "is_fixed_size_list",
        "is_list_view",
        "is_large_list_view",
    ):
        return pa.list_(pa.field("element", plain(kind.value_type), True))
    raise Unsupported(str(kind))


def type_of_contract(text):
    """Of the names that contracts use; nothing for those that have no Arrow type here."""
    if text.startswith("decimal("):
        precision, scale = text[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    if text.startswith("fixed["):
        return pa.binary(int(text[6:-1]))
    return _CONTRACT.get(text)
