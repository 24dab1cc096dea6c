-- bauplan: materialization_strategy=REPLACE
-- How punctual each airline is, the best first.
SELECT
  a.name AS airline,
  count(*) AS flights,
  round(100.0 * avg(CASE WHEN f.late THEN 1 ELSE 0 END), 1) AS late_percent,
  round(avg(f.arr_delay), 1) AS mean_arrival_delay
FROM fact_flight AS f
JOIN airlines AS a ON f.carrier = a.carrier
GROUP BY a.name
ORDER BY late_percent, airline
