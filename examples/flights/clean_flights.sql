-- bauplan: materialization_strategy=NONE
-- One row per flight, with a date, a key and names that say what they hold.
SELECT
  carrier || '-' || flight || '-' || origin || '-' || time_hour AS flight_key,
  make_date(year, month, day) AS flight_date,
  time_hour::TIMESTAMPTZ AS time_hour,
  carrier,
  flight,
  tailnum,
  origin,
  dest,
  distance,
  dep_delay,
  arr_delay,
  dep_time IS NULL AS cancelled
FROM flights
