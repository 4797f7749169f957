// title: Which accounts gave several keys, in which order?
// group: people
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 200 -- at most so many rows
// column vendor: string -- vendor account
// column key: string -- fingerprint of the key
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// column n_exhibits: integer -- how many exhibits
// order: vendor, first_at, key
MATCH (v:VendorAccount)-[:NAMES {party: 'vendor'}]->(:PGPKey)
WHERE $vendor = '' OR v.key = $vendor
WITH v, count(*) AS n_named
WHERE n_named > 1
MATCH (v)-[r:NAMES {party: 'vendor'}]->(k:PGPKey)
OPTIONAL MATCH (k)-[s:SHOWN_BY]->(e:Exhibit)
WITH v, k, r.at AS named_at, min(e.at) AS shown_first, max(e.at) AS shown_last,
     count(DISTINCT e.key) AS n_exhibits
WITH v, k, n_exhibits, coalesce(shown_first, named_at) AS first_at,
     coalesce(shown_last, named_at) AS last_at
RETURN v.key AS vendor, k.key AS key, first_at, last_at, n_exhibits
ORDER BY vendor, coalesce(first_at, -1), key
LIMIT $limit
