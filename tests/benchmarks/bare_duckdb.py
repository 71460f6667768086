"""The ranking as one SQL script for DuckDB.

python tests/benchmarks/bare_duckdb.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

Row = tuple[str, int, int, int, int, int, int]

SQL = """
CREATE TEMP TABLE channels AS
SELECT id, relayed_by, CASE kind WHEN 'company_page' THEN 100000000 WHEN 'newsletter' THEN 150000000 END AS each
FROM read_csv('channels.csv', header = true, all_varchar = true);

CREATE TEMP TABLE ties AS
SELECT
  t.owner, coalesce(t.contact, '') AS contact, t.customer, coalesce(t.kind, 'meeting') AS kind,
  coalesce(t.per_year, 4) AS f,
  coalesce(DATE '2024-01-01' - t.last_contact, 365 / (2 * coalesce(t.per_year, 4))) AS age,
  t.followers, c.each, coalesce(c.relayed_by, t.owner) AS holder
FROM read_csv('ties.csv', header = true, auto_detect = false, delim = ',', quote = '"', columns = {
  'owner': 'VARCHAR', 'contact': 'VARCHAR', 'customer': 'VARCHAR', 'kind': 'VARCHAR',
  'last_contact': 'DATE', 'per_year': 'DOUBLE', 'followers': 'BIGINT'}) t
LEFT JOIN channels c ON c.id = t.owner;

CREATE TEMP TABLE own AS
WITH merged AS (
  SELECT owner, customer, contact, kind, max(CAST(round(1e9 * least(3,
    0.4 * CASE kind WHEN 'meeting' THEN 1 WHEN 'call' THEN 0.6 WHEN 'mail' THEN 0.25 WHEN 'social' THEN 0.1 END::DOUBLE
    * 2 ** (-age / 180) / (1 - 2 ** (-365 / (f * 180)))
  )) AS BIGINT)) AS units
  FROM ties WHERE each IS NULL GROUP BY ALL
)
SELECT owner AS holder, customer, contact, CAST(least(sum(units), 3000000000) AS BIGINT) AS units
FROM merged GROUP BY ALL;

CREATE TEMP TABLE pairs AS
WITH named AS (
  SELECT DISTINCT owner AS channel, holder, customer, contact, each FROM ties
  WHERE each IS NOT NULL AND followers IS NULL
), reached AS (
  SELECT channel, holder, customer, each, count(*) AS named, 0 AS counted,
    sum(least(each, 3000000000 - coalesce(own.units, 0))) AS units
  FROM named LEFT JOIN own USING (holder, customer, contact) GROUP BY ALL
  UNION ALL
  SELECT owner, holder, customer, each, 0, max(followers), 0 FROM ties WHERE followers IS NOT NULL GROUP BY ALL
), subscribed AS (
  SELECT holder, customer,
    least(sum(units) + each * greatest(max(counted) - max(named), 0), 500000000) AS units
  FROM reached GROUP BY channel, holder, customer, each
)
SELECT holder, customer, CAST(sum(units) AS BIGINT) AS units
FROM (SELECT holder, customer, units FROM own UNION ALL SELECT holder, customer, units FROM subscribed)
GROUP BY ALL;

WITH totals AS (
  SELECT customer, sum(units) AS everyone, count(*) AS holders FROM pairs GROUP BY ALL
), cells AS (
  SELECT p.holder, t.holders = 1 AS alone, t.everyone - p.units < round(1e9 * ln(2)) AS loose,
    c.revenue * 100 * exp(-CAST(t.everyone - p.units AS DOUBLE) / 1e9) * (1 - exp(-p.units / 1e9)) AS walks
  FROM pairs p JOIN totals t USING (customer) JOIN read_csv('customers.csv', header = true, types = {
    'id': 'VARCHAR', 'name': 'VARCHAR', 'segment': 'VARCHAR', 'revenue': 'DOUBLE'}) c ON c.id = p.customer
)
SELECT e.id, count(holder), count(*) FILTER (alone), count(*) FILTER (loose AND NOT alone),
  CAST(coalesce(sum(round(0.15 * walks)), 0) AS BIGINT) AS low,
  CAST(coalesce(sum(round(0.30 * walks)), 0) AS BIGINT) AS base,
  CAST(coalesce(sum(round(0.50 * walks)), 0) AS BIGINT) AS high
FROM read_csv('employees.csv', header = true, all_varchar = true) e LEFT JOIN cells ON cells.holder = e.id
GROUP BY e.id ORDER BY base DESC, 3 DESC, 4 DESC, 2 DESC, e.id
"""


def ranking(folder: Path) -> list[Row]:
    """Per employee: customers, severed, exposed, and cents at risk (low, base, high)."""
    with duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = '{folder.absolute()}'")
        return connection.execute(SQL).fetchall()


def main() -> None:
    sys.stdout.write("employee,customers,severed,exposed,risk_low,risk_base,risk_high\n")
    for employee, customers, severed, exposed, *cents in ranking(Path(sys.argv[1])):
        money = ",".join(f"{amount / 100:.2f}" for amount in cents)
        sys.stdout.write(f"{employee},{customers},{severed},{exposed},{money}\n")


if __name__ == "__main__":
    main()
