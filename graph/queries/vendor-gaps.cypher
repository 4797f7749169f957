// title: When was a vendor account not seen for long?
// group: life
// param vendor: string -- key of the vendor account (market/handle)
// param days: integer = 14 -- at least so many days
// param limit: integer = 100 -- at most so many rows
// column last_seen_at: integer -- last time before, in epoch milliseconds
// column seen_again_at: integer -- first time after, in epoch milliseconds
// column gap_days: integer -- whole days between
// order: last_seen_at
MATCH (v:VendorAccount {key: $vendor})
CALL (v) {
  MATCH (v)-[:SHOWN_BY]->(e:Exhibit)
  RETURN e.at AS seen_at
  UNION
  MATCH (v)-[:SELLS]->(:Listing)-[:SHOWN_BY]->(e:Exhibit)
  RETURN e.at AS seen_at
}
WITH DISTINCT seen_at
WHERE seen_at IS NOT NULL
WITH seen_at ORDER BY seen_at
WITH collect(seen_at) AS times
WHERE size(times) > 1
UNWIND range(1, size(times) - 1) AS i
WITH times[i - 1] AS last_seen_at, times[i] AS seen_again_at
WHERE seen_again_at - last_seen_at >= $days * 86400000
RETURN last_seen_at, seen_again_at, (seen_again_at - last_seen_at) / 86400000 AS gap_days
ORDER BY last_seen_at
LIMIT $limit
