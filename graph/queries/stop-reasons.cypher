// title: Why do trails end, and how much is on them?
// group: ways
// param limit: integer = 200 -- at most so many rows
// column stop_reason: string -- why the trace ended
// column accounting: string -- accounting method of the trace
// column n: integer -- how many trails
// column n_addresses: integer -- how many addresses they began at
// column traced_sat: integer -- traced value in satoshi
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// order: stop_reason, accounting
MATCH (a:Address)-[t:TRACED_TO]->(:Address)
RETURN t.stop_reason AS stop_reason, t.accounting AS accounting, count(t) AS n,
       count(DISTINCT a.key) AS n_addresses, sum(t.traced_sat) AS traced_sat,
       min(t.at) AS first_at, max(t.at) AS last_at
ORDER BY stop_reason, accounting
LIMIT $limit
