"""The fact table and the report, in the style of annotations; polars 1.37."""

from typing import Annotated

import bauplan
import pyarrow


class CleanFlight(bauplan.TableSchema):
    """What the facts need of a flight."""

    flight_key: bauplan.String | None
    flight_date: bauplan.Date32 | None
    time_hour: bauplan.Any
    carrier: bauplan.String | None
    tailnum: bauplan.String | None
    origin: bauplan.String | None
    dest: bauplan.String | None
    distance: bauplan.Int64 | None
    dep_delay: bauplan.Int64 | None
    arr_delay: bauplan.Int64 | None


class FactFlight(bauplan.TableSchema):
    """One row per flight that took off and landed."""

    flight_key: bauplan.String | None
    flight_date: bauplan.Date32 | None
    carrier: bauplan.String | None
    tailnum: bauplan.String | None
    origin: bauplan.String | None
    dest: bauplan.String | None
    distance: bauplan.Int64 | None
    dep_delay: bauplan.Int64 | None
    arr_delay: bauplan.Int64 | None
    late: bauplan.Bool | None
    wind_speed: bauplan.Float64 | None
    visib: bauplan.Float64 | None


class DelayReport(bauplan.TableSchema):
    """The routes that are late most often."""

    route: bauplan.String | None
    flights: bauplan.Int64 | None
    late_percent: bauplan.Float64 | None
    mean_delay: bauplan.Float64 | None
    late_percent_in_wind: bauplan.Float64 | None
    seats_on_average: bauplan.Float64 | None


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11", pip={"polars": "1.37"})
def fact_flight(
    flights: Annotated[
        pyarrow.Table,
        bauplan.Model("clean_flights", projection_schema=CleanFlight, filter="NOT cancelled"),
    ],
    weather: Annotated[pyarrow.Table, bauplan.Model("weather")],
    late_minutes: Annotated[int, bauplan.Parameter("late_minutes")],
) -> Annotated[pyarrow.Table, FactFlight]:
    """Flights that landed, with the weather at their hour and whether they were late."""
    import polars as pl

    hour = pl.col("time_hour").dt.convert_time_zone("UTC")
    wind = pl.from_arrow(weather).select("origin", "time_hour", "wind_speed", "visib")
    if wind.schema["time_hour"] == pl.String:
        wind = wind.with_columns(pl.col("time_hour").str.to_datetime(time_zone="UTC"))
    wind = wind.with_columns(hour.dt.cast_time_unit("us")).unique(["origin", "time_hour"])
    facts = (
        pl.from_arrow(flights)
        .filter(pl.col("arr_delay").is_not_null())
        .with_columns(hour.dt.cast_time_unit("us"), late=pl.col("arr_delay") >= late_minutes)
        .join(wind, on=["origin", "time_hour"], how="left")
        .drop("time_hour")
    )
    print(f"{len(facts)} flights landed, {facts['late'].mean():.1%} of them {late_minutes} minutes late or more")
    return facts.select(
        "flight_key", "flight_date", "carrier", "tailnum", "origin", "dest", "distance",
        "dep_delay", "arr_delay", "late", "wind_speed", "visib",
    ).to_arrow()


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11", pip={"polars": "1.37"})
def delay_report(
    facts: Annotated[pyarrow.Table, bauplan.Model("fact_flight")],
    planes: Annotated[pyarrow.Table, bauplan.Model("dim_plane")],
    airports: Annotated[pyarrow.Table, bauplan.Model("dim_airport")],
    top: Annotated[int, bauplan.Parameter("top")],
) -> Annotated[pyarrow.Table, DelayReport]:
    """The routes with the largest share of late flights, among those flown daily."""
    import polars as pl

    seats = pl.from_arrow(planes).select("tailnum", "seats")
    names = pl.from_arrow(airports).select(pl.col("airport").alias("dest"), "name")
    windy = pl.col("wind_speed") > 15
    report = (
        pl.from_arrow(facts)
        .join(seats, on="tailnum", how="left")
        .join(names, on="dest", how="left")
        .with_columns(route=pl.col("origin") + " to " + pl.coalesce("name", "dest"))
        .group_by("route")
        .agg(
            flights=pl.len().cast(pl.Int64),
            late_percent=(100 * pl.col("late").mean()).round(1),
            mean_delay=pl.col("arr_delay").mean().round(1),
            late_percent_in_wind=(100 * pl.col("late").filter(windy).mean()).round(1),
            seats_on_average=pl.col("seats").mean().round(0),
        )
        .filter(pl.col("flights") >= 365)
        .sort("late_percent", "route", descending=[True, False])
        .head(top)
    )
    print(f"worst: {report['route'][0]}, {report['late_percent'][0]}% late")
    return report.to_arrow()
