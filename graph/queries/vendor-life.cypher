// title: When was each vendor account seen, and with how much?
// group: life
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param market: string = "" -- only this market; empty for all
// param limit: integer = 200 -- at most so many rows
// column vendor: string -- vendor account
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// column n_captures: integer -- how often the account was captured
// column n_listings: integer -- how many listings
// column n_substances: integer -- how many substances
// column n_addresses: integer -- how many addresses
// column n_cash_outs: integer -- how many cash-out points
// order: vendor
MATCH (v:VendorAccount)
WHERE ($vendor = '' OR v.key = $vendor) AND ($market = '' OR v.market = $market)
WITH v ORDER BY v.key LIMIT $limit
OPTIONAL MATCH (v)-[:SELLS]->(l:Listing)
WITH v, count(DISTINCT l.key) AS n_listings, min(l.first_at) AS listed_first,
     max(l.last_at) AS listed_last
OPTIONAL MATCH (v)-[:SELLS]->(:Listing)-[:OFFERS]->(s:Substance)
WITH v, n_listings, listed_first, listed_last, count(DISTINCT s.key) AS n_substances
OPTIONAL MATCH (v)-[:NAMES {party: 'vendor'}]->(a:Address)
WITH v, n_listings, listed_first, listed_last, n_substances, collect(DISTINCT a.key) AS addresses
OPTIONAL MATCH (:Address)-[o:CASHES_OUT_AT]->(c:CashOutPoint)
WHERE o.start_address IN addresses
WITH v, n_listings, listed_first, listed_last, n_substances, size(addresses) AS n_addresses,
     count(DISTINCT c.key) AS n_cash_outs
WITH v, n_listings, n_substances, n_addresses, n_cash_outs,
     coalesce(v.first_at, listed_first) AS seen_first, coalesce(v.last_at, listed_last) AS seen_last,
     listed_first, listed_last
RETURN v.key AS vendor,
       CASE WHEN listed_first < seen_first THEN listed_first ELSE seen_first END AS first_at,
       CASE WHEN listed_last > seen_last THEN listed_last ELSE seen_last END AS last_at,
       coalesce(v.n_captures, 0) AS n_captures, n_listings, n_substances, n_addresses, n_cash_outs
ORDER BY vendor
LIMIT $limit
