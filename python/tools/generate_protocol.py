#!/usr/bin/env python3
"""Writes the modules and stubs in src/boathouse/client/protocol from the files in proto/.

usage: generate_protocol.py [--check]      needs grpcio-tools (tools/peer_requirements.txt)

The result is kept under version control: the package then builds without a compiler of protocols
and works with every protobuf from 4.22 on, which the module that protoc itself writes does not
(it wants the version that wrote it, or one younger). The messages live in a pool of their own, so
that they never meet another package's definition of the same names.
"""

import pathlib
import sys
import tempfile
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "proto"
NAMES = ("commander", "flight")
TARGET = HERE.parent / "src" / "boathouse" / "client" / "protocol"

HEAD = '''"""The messages of {name}.proto. Written by python/tools/generate_protocol.py: do not edit."""

from google.protobuf import descriptor_pool as _descriptor_pool
from google.protobuf import message_factory as _message_factory
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper

_POOL = _descriptor_pool.DescriptorPool()
_POOL.AddSerializedFile(_timestamp_pb2.DESCRIPTOR.serialized_pb)
_POOL.AddSerializedFile(
    b""
'''

TAIL = '''
)
DESCRIPTOR = _POOL.FindFileByName("{name}.proto")

for _name, _message in DESCRIPTOR.message_types_by_name.items():
    globals()[_name] = _message_factory.GetMessageClass(_message)
for _name, _enum in DESCRIPTOR.enum_types_by_name.items():
    globals()[_name] = _enum_type_wrapper.EnumTypeWrapper(_enum)
    for _value in _enum.values:
        globals()[_value.name] = _value.number
'''


def generate(name: str, folder: pathlib.Path) -> None:
    from google.protobuf import descriptor_pb2
    from grpc_tools import protoc

    well_known = pathlib.Path(protoc.__file__).parent / "_proto"
    described = folder / "described"
    arguments = [
        "protoc",
        f"-I{PROTO}",
        f"-I{well_known}",
        f"--pyi_out={folder}",
        f"--descriptor_set_out={described}",
        str(PROTO / f"{name}.proto"),
    ]
    if protoc.main(arguments):
        raise SystemExit(f"{name}.proto: protoc refused it")
    files = descriptor_pb2.FileDescriptorSet.FromString(described.read_bytes())
    encoded = files.file[0].SerializeToString(deterministic=True)
    lines = [f"    {encoded[at : at + 48]!r}" for at in range(0, len(encoded), 48)]
    text = HEAD + "\n".join(lines) + TAIL
    (folder / f"{name}.py").write_text(text.replace("{name}", name))
    (folder / f"{name}_pb2.pyi").rename(folder / f"{name}.pyi")
    described.unlink()


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for proto in NAMES:
            generate(proto, folder)
        differing = []
        for made in [proto + ending for proto in NAMES for ending in (".py", ".pyi")]:
            kept = TARGET / made
            text = (folder / made).read_text()
            if not kept.exists() or kept.read_text() != text:
                differing.append(made)
                if "--check" not in sys.argv:
                    kept.write_text(text)
    if differing and "--check" in sys.argv:
        print(textwrap.fill(f"{', '.join(differing)}: differs; run {sys.argv[0]}"), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
