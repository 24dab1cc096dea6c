"""What must hold before anything is published."""

import bauplan


@bauplan.expectation()
@bauplan.python("3.11")
def every_flight_counts_once(facts=bauplan.Model("fact_flight", columns=["flight_key"])):
    """No flight may appear twice: a join that multiplies rows is the usual culprit."""
    import pyarrow.compute as pc

    return pc.count_distinct(facts["flight_key"]).as_py() == facts.num_rows


@bauplan.expectation()
@bauplan.python("3.11")
def delays_are_plausible(facts=bauplan.Model("fact_flight", columns=["arr_delay"])):
    """Between two hours early and two days late."""
    import pyarrow.compute as pc

    bounds = pc.min_max(facts["arr_delay"]).as_py()
    assert bounds["min"] >= -120, f"a flight arrived {-bounds['min']} minutes early"
    assert bounds["max"] <= 2880, f"a flight arrived {bounds['max']} minutes late"
    return True
