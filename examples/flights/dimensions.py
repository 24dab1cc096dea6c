"""The dimensions, in the style of default arguments; pandas 2.2.0 and numpy 1.26."""

import bauplan


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11", pip={"pandas": "2.2.0", "numpy": "1.26.4"})
def dim_airport(
    airports=bauplan.Model("airports", columns=["faa", "name", "lat", "lon", "tzone"]),
):
    """Airports with their distance from New York, as the crow flies."""
    import numpy as np

    frame = airports.to_pandas().rename(columns={"faa": "airport", "tzone": "time_zone"})
    lat, lon = np.radians(frame["lat"]), np.radians(frame["lon"])
    lat0, lon0 = np.radians(40.64), np.radians(-73.78)
    a = np.sin((lat - lat0) / 2) ** 2 + np.cos(lat) * np.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    frame["miles_from_new_york"] = (3958.8 * 2 * np.arcsin(np.sqrt(a))).round(1)
    print(f"{len(frame)} airports, the farthest at {frame['miles_from_new_york'].max():.0f} miles")
    return frame


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11", pip={"polars": "1.37"})
def dim_plane(planes=bauplan.Model("planes")):
    """Planes, with their age in the year of the flights where it is known."""
    import polars as pl

    return pl.from_arrow(planes).select(
        "tailnum",
        "manufacturer",
        "model",
        "engines",
        "seats",
        (2013 - pl.col("year")).alias("age_years"),
    )
