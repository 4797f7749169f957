// title: Which vendor accounts paid each other?
// group: money
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param minimum_sat: integer = 0 -- only payments of at least so many satoshi
// param limit: integer = 200 -- at most so many rows
// column vendor_a: string -- account whose address paid
// column vendor_b: string -- account whose address was paid
// column n_payments: integer -- how many payments
// column value_sat: integer -- value in satoshi
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// column transactions: list -- the transactions
// order: value_sat descending, vendor_a, vendor_b
MATCH (a:VendorAccount)-[:NAMES {party: 'vendor'}]->(x:Address)
WITH DISTINCT a, x
MATCH (x)-[r:PAID]->(y:Address)<-[:NAMES {party: 'vendor'}]-(b:VendorAccount)
WHERE a.key <> b.key AND r.value_sat >= $minimum_sat
  AND ($vendor = '' OR a.key = $vendor OR b.key = $vendor)
WITH DISTINCT a, b, x, y, r
WITH a, b, r.txid AS txid, r.vout AS vout, max(r.value_sat) AS sat, min(r.at) AS at
ORDER BY txid, vout
WITH a, b, count(*) AS n_payments, sum(sat) AS value_sat, min(at) AS first_at, max(at) AS last_at,
     collect(DISTINCT txid) AS transactions
RETURN a.key AS vendor_a, b.key AS vendor_b, n_payments, value_sat, first_at, last_at,
       transactions
ORDER BY value_sat DESC, vendor_a, vendor_b
LIMIT $limit
