"""The messages of the job service and of Flight, and the names of their calls."""

SERVICE = "/bpln_proto.commander.service.v2.V2CommanderService/"
LIST_FLIGHTS = "/arrow.flight.protocol.FlightService/ListFlights"
