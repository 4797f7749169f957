// title: To which services does the money of vendor accounts go?
// group: money
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param service: string = "" -- only this service; empty for all
// param limit: integer = 200 -- at most so many rows
// column vendor: string -- vendor account
// column service: string -- the service
// column n_cash_outs: integer -- how many cash-out points
// column value_sat: integer -- value in satoshi
// column traced_sat: integer -- traced value in satoshi
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// order: vendor, traced_sat descending, service
MATCH (v:VendorAccount)-[:NAMES {party: 'vendor'}]->(a:Address)
WHERE $vendor = '' OR v.key = $vendor
WITH v.key AS vendor, collect(DISTINCT a.key) AS begun
MATCH (:Address)-[o:CASHES_OUT_AT]->(c:CashOutPoint)-[:PAID_INTO]->(s:Service)
WHERE o.start_address IN begun AND ($service = '' OR s.key = $service)
WITH vendor, s, c, max(o.traced_sat) AS traced
RETURN vendor, s.key AS service, count(c) AS n_cash_outs, sum(c.value_sat) AS value_sat,
       sum(traced) AS traced_sat, min(c.at) AS first_at, max(c.at) AS last_at
ORDER BY vendor, traced_sat DESC, service
LIMIT $limit
