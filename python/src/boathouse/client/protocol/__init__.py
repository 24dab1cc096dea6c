"""The job service's messages, and the names of its calls."""

SERVICE = "/bpln_proto.commander.service.v2.V2CommanderService/"
