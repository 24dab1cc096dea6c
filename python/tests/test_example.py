"""What a project of yours tests: a decorated model is the function it was."""

import boathouse
import pyarrow as pa


@boathouse.model(materialization_strategy="REPLACE")
@boathouse.python("3.11", pip={"pyarrow": "26.0.1"})
def late(flights: pa.Table = boathouse.Model("flights", columns=["delay"], filter="delay > 60")) -> pa.Table:
    return flights.filter(pa.compute.field("delay") > 60)


def test_late() -> None:
    import pyarrow.compute
    assert late(pa.table({"delay": [1, 61, 90]})).num_rows == 2
