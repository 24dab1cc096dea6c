"""Tables in shared memory: read without a copy, written with one (columnar/table_descriptor.h)."""

import mmap
import os
import struct

import pyarrow as pa

from . import arrow_types

_MAGIC, _VERSION, _ALIGNMENT = 0x54484F42, 1, 64
_HEAD = struct.Struct("<6I")
_SCHEMA_NODE = struct.Struct("<3IqI")
_ARRAY_NODE = struct.Struct("<3qI")
_BUFFER = struct.Struct("<IQQ")
_NULLABLE = 2


class ResultTooLarge(Exception):
    """The result is over the limit of its shared memory."""


class InputMemory:
    """The segments of a call, mapped read-only."""

    def __init__(self, descriptors):
        self.buffers = []
        for descriptor in descriptors:
            size = os.fstat(descriptor).st_size
            if size == 0:
                self.buffers.append(pa.py_buffer(b""))
            else:
                flags = {"flags": mmap.MAP_SHARED, "prot": mmap.PROT_READ}
                self.buffers.append(pa.py_buffer(mmap.mmap(descriptor, size, **flags)))
            os.close(descriptor)

    def find(self, buffer):
        """(segment, offset) if the bytes lie in an input at an aligned place, else None. Segment 0
        is the output, so inputs count from 1."""
        for number, segment in enumerate(self.buffers):
            offset = buffer.address - segment.address
            if 0 <= offset and offset + buffer.size <= segment.size and offset % _ALIGNMENT == 0:
                return number + 1, offset
        return None


class _SchemaNode:
    __slots__ = ("format", "name", "metadata", "children")


def _read_schema(data, at, count):
    nodes = []
    for _ in range(count):
        lengths = _SCHEMA_NODE.unpack_from(data, at)
        at += _SCHEMA_NODE.size
        node = _SchemaNode()
        node.children = lengths[4]
        texts = []
        for length in lengths[:3]:
            texts.append(data[at : at + length])
            at += length
        node.format, node.name = texts[0].decode(), texts[1].decode()
        node.metadata = texts[2]
        nodes.append(node)
    return nodes, at


def _field_of(nodes, at):
    """The field that starts at a node, and the node after it."""
    node = nodes[at]
    at += 1
    children = []
    for _ in range(node.children):
        child, at = _field_of(nodes, at)
        children.append(child)
    kind = arrow_types.type_of_format(node.format, children)
    if b"arrow.uuid" in node.metadata and hasattr(pa, "uuid"):
        kind = pa.uuid()
    return pa.field(node.name, kind), at


class _BatchReader:
    def __init__(self, data, at, memory):
        self.data, self.at, self.memory = data, at, memory

    def node(self):
        length, null_count, offset, buffers = _ARRAY_NODE.unpack_from(self.data, self.at)
        self.at += _ARRAY_NODE.size
        found = []
        for i in range(buffers):
            segment, start, size = _BUFFER.unpack_from(self.data, self.at)
            self.at += _BUFFER.size
            if size > 0:
                found.append(self.memory.buffers[segment].slice(start, size))
            else:
                found.append(None if i == 0 else pa.py_buffer(b""))
        return length, null_count, offset, found

    def array(self, kind):
        length, null_count, offset, buffers = self.node()
        if isinstance(kind, pa.BaseExtensionType):
            storage = pa.Array.from_buffers(
                kind.storage_type, length, buffers, null_count, offset
            )
            return pa.ExtensionArray.from_storage(kind, storage)
        children = None
        if pa.types.is_nested(kind):
            if pa.types.is_map(kind):
                entries = pa.struct([kind.key_field, kind.item_field])
                children = [self.array(entries)]
            else:
                children = [self.array(kind.field(i).type) for i in range(kind.num_fields)]
        return pa.Array.from_buffers(kind, length, buffers, null_count, offset, children)


def open_table(descriptor, memory):
    """A pyarrow.Table whose buffers lie in the mapped segments."""
    magic, version, _, nodes, batches, _ = _HEAD.unpack_from(descriptor)
    if magic != _MAGIC or version != _VERSION:
        raise ValueError("a table descriptor of another version")
    schema_nodes, at = _read_schema(descriptor, _HEAD.size, nodes)
    fields, place = [], 1
    while place < len(schema_nodes):
        field, place = _field_of(schema_nodes, place)
        fields.append(field)
    schema = pa.schema(fields)
    reader = _BatchReader(descriptor, at, memory)
    made = []
    for _ in range(batches):
        length = reader.node()[0]
        columns = [reader.array(field.type) for field in schema]
        if not columns:
            continue
        made.append(pa.RecordBatch.from_arrays(columns, schema=schema))
        assert len(made[-1]) == length
    return pa.Table.from_batches(made, schema=schema)


class TableWriter:
    """Writes one table into the output's shared memory; buffers that lie in an input are named
    there instead of copied."""

    def __init__(self, output, bytes_max, memory):
        self.output, self.bytes_max, self.memory = output, bytes_max, memory
        self.size = 0
        self.bytes_copied = 0

    def write(self, table):
        """Returns the descriptor. The table has plain types only."""
        nodes, count = self._schema(table.schema)
        batches = [b for b in table.to_batches() if b.num_rows > 0] if table.num_columns else []
        parts = [
            _HEAD.pack(_MAGIC, _VERSION, 1 + len(self.memory.buffers), count, len(batches), 0),
            nodes,
        ]
        for batch in batches:
            parts.append(_ARRAY_NODE.pack(batch.num_rows, 0, 0, 1) + _BUFFER.pack(0, 0, 0))
            for column in batch.columns:
                self._array(column, parts)
        return b"".join(parts)

    def _schema(self, schema):
        parts, count = [_SCHEMA_NODE.pack(2, 0, 0, 0, len(schema)) + b"+s"], 1
        for field in schema:
            count += self._field(field, parts)
        return b"".join(parts), count

    def _field(self, field, parts):
        kind, metadata = field.type, b""
        if isinstance(kind, pa.BaseExtensionType):
            metadata = _uuid_metadata()
            kind = kind.storage_type
        children = []
        if pa.types.is_map(kind):
            entries = pa.struct([kind.key_field, kind.item_field])
            children = [pa.field("entries", entries, False)]
        elif pa.types.is_nested(kind):
            children = [kind.field(i) for i in range(kind.num_fields)]
        text, name = arrow_types.format_of_type(kind).encode(), field.name.encode()
        flags = _NULLABLE if field.nullable else 0
        parts.append(
            _SCHEMA_NODE.pack(len(text), len(name), len(metadata), flags, len(children))
            + text
            + name
            + metadata
        )
        return 1 + sum(self._field(child, parts) for child in children)

    def _array(self, array, parts):
        if isinstance(array.type, pa.BaseExtensionType):
            array = array.storage
        kind, length = array.type, len(array)
        if array.offset != 0:
            if not pa.types.is_nested(kind):
                places = self._shared(array)
                if places is not None:
                    self._node(array, array.offset, places, parts)
                    return
            array = pa.concat_arrays([array])  # compacted: only its own rows
        buffers = array.buffers()
        bitmap = (length + 7) // 8
        places = [self._buffer(buffers[0] if array.null_count else None, bitmap)]
        children = []
        if pa.types.is_struct(kind):
            children = [array.field(i).slice(0, length) for i in range(kind.num_fields)]
        elif pa.types.is_list(kind) or pa.types.is_map(kind):
            places.append(self._buffer(buffers[1], (length + 1) * 4))
            children = [array.values.slice(0, _offset_at(buffers[1], length))]
        elif kind == pa.string() or kind == pa.binary():
            places.append(self._buffer(buffers[1], (length + 1) * 4))
            places.append(self._buffer(buffers[2], _offset_at(buffers[1], length)))
        elif kind == pa.bool_():
            places.append(self._buffer(buffers[1], bitmap))
        else:
            places.append(self._buffer(buffers[1], length * (kind.bit_width // 8)))
        self._node(array, 0, places, parts)
        for child in children:
            self._array(child, parts)

    def _node(self, array, offset, places, parts):
        parts.append(_ARRAY_NODE.pack(len(array), array.null_count, offset, len(places)))
        parts.extend(_BUFFER.pack(*place) for place in places)

    def _shared(self, array):
        """The places of all buffers if every one lies in an input."""
        places = []
        for buffer in array.buffers():
            if buffer is None or buffer.size == 0:
                places.append((0, 0, 0))
                continue
            found = self.memory.find(buffer)
            if found is None:
                return None
            places.append(found + (buffer.size,))
        return places

    def _buffer(self, buffer, length):
        if buffer is None or length <= 0 or buffer.size == 0:
            return (0, 0, 0)
        piece = buffer.slice(0, min(length, buffer.size))
        found = self.memory.find(piece)
        if found is not None:
            return found + (piece.size,)
        offset = (self.size + _ALIGNMENT - 1) // _ALIGNMENT * _ALIGNMENT
        if offset + piece.size > self.bytes_max:
            raise ResultTooLarge()
        view, at = memoryview(piece).cast("B"), offset
        while view:
            written = os.pwrite(self.output, view, at)
            view, at = view[written:], at + written
        self.size = offset + piece.size
        self.bytes_copied += piece.size
        return (0, offset, piece.size)


def _offset_at(buffer, index):
    if buffer is None or buffer.size < (index + 1) * 4:
        return 0
    return struct.unpack_from("<i", buffer, index * 4)[0]


def _uuid_metadata():
    pairs = [(b"ARROW:extension:name", b"arrow.uuid"), (b"ARROW:extension:metadata", b"")]
    out = struct.pack("<i", len(pairs))
    for key, value in pairs:
        out += struct.pack("<i", len(key)) + key + struct.pack("<i", len(value)) + value
    return out
