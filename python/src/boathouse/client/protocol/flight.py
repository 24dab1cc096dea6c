"""The messages of flight.proto. Written by python/tools/generate_protocol.py: do not edit."""

from google.protobuf import descriptor_pool as _descriptor_pool
from google.protobuf import message_factory as _message_factory
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper

_POOL = _descriptor_pool.DescriptorPool()
_POOL.AddSerializedFile(_timestamp_pb2.DESCRIPTOR.serialized_pb)
_POOL.AddSerializedFile(
    b""
    b'\n\x0cflight.proto\x12\x10boathouse.flight\x1a\x1fgoogle/protobu'
    b'f/timestamp.proto"*\n\x08Criteria\x12\x1e\n\nexpression\x18\x01 \x01('
    b'\x0cR\nexpression"\xb1\x01\n\x10FlightDescriptor\x12E\n\x04type\x18\x01 \x01(\x0e'
    b'21.boathouse.flight.FlightDescriptor.DescriptorT'
    b'ypeR\x04type\x12\x10\n\x03cmd\x18\x02 \x01(\x0cR\x03cmd\x12\x12\n\x04path\x18\x03 \x03(\tR\x04path"'
    b'0\n\x0eDescriptorType\x12\x0b\n\x07UNKNOWN\x10\x00\x12\x08\n\x04PATH\x10\x01\x12\x07\n\x03CMD\x10'
    b'\x02"\x1c\n\x08Location\x12\x10\n\x03uri\x18\x01 \x01(\tR\x03uri" \n\x06Ticket\x12\x16\n\x06tic'
    b'ket\x18\x01 \x01(\x0cR\x06ticket"\xe2\x01\n\x0eFlightEndpoint\x120\n\x06ticket\x18\x01'
    b' \x01(\x0b2\x18.boathouse.flight.TicketR\x06ticket\x126\n\x08locati'
    b'on\x18\x02 \x03(\x0b2\x1a.boathouse.flight.LocationR\x08location\x12C'
    b'\n\x0fexpiration_time\x18\x03 \x01(\x0b2\x1a.google.protobuf.Timest'
    b'ampR\x0eexpirationTime\x12!\n\x0capp_metadata\x18\x04 \x01(\x0cR\x0bappMe'
    b'tadata"\xb6\x02\n\nFlightInfo\x12\x16\n\x06schema\x18\x01 \x01(\x0cR\x06schema\x12O\n'
    b'\x11flight_descriptor\x18\x02 \x01(\x0b2".boathouse.flight.Flig'
    b'htDescriptorR\x10flightDescriptor\x12<\n\x08endpoint\x18\x03 \x03(\x0b'
    b'2 .boathouse.flight.FlightEndpointR\x08endpoint\x12#\n\r'
    b'total_records\x18\x04 \x01(\x03R\x0ctotalRecords\x12\x1f\n\x0btotal_bytes'
    b'\x18\x05 \x01(\x03R\ntotalBytes\x12\x18\n\x07ordered\x18\x06 \x01(\x08R\x07ordered\x12!\n\x0c'
    b'app_metadata\x18\x07 \x01(\x0cR\x0bappMetadata"\xbf\x01\n\nFlightData\x12O'
    b'\n\x11flight_descriptor\x18\x01 \x01(\x0b2".boathouse.flight.Fli'
    b'ghtDescriptorR\x10flightDescriptor\x12\x1f\n\x0bdata_header\x18\x02'
    b' \x01(\x0cR\ndataHeader\x12!\n\x0capp_metadata\x18\x03 \x01(\x0cR\x0bappMetad'
    b'ata\x12\x1c\n\tdata_body\x18\xe8\x07 \x01(\x0cR\x08dataBody"0\n\x06Action\x12\x12\n\x04t'
    b'ype\x18\x01 \x01(\tR\x04type\x12\x12\n\x04body\x18\x02 \x01(\x0cR\x04body"\x1c\n\x06Result\x12\x12\n'
    b'\x04body\x18\x01 \x01(\x0cR\x04body2\xdf\x01\n\rFlightService\x12I\n\x0bListFligh'
    b'ts\x12\x1a.boathouse.flight.Criteria\x1a\x1c.boathouse.fligh'
    b't.FlightInfo0\x01\x12A\n\x05DoGet\x12\x18.boathouse.flight.Ticke'
    b't\x1a\x1c.boathouse.flight.FlightData0\x01\x12@\n\x08DoAction\x12\x18.'
    b'boathouse.flight.Action\x1a\x18.boathouse.flight.Resul'
    b't0\x01b\x06proto3'
)
DESCRIPTOR = _POOL.FindFileByName("flight.proto")

for _name, _message in DESCRIPTOR.message_types_by_name.items():
    globals()[_name] = _message_factory.GetMessageClass(_message)
for _name, _enum in DESCRIPTOR.enum_types_by_name.items():
    globals()[_name] = _enum_type_wrapper.EnumTypeWrapper(_enum)
    for _value in _enum.values:
        globals()[_value.name] = _value.number
