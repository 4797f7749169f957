// title: What does each market hold?
// group: offers
// param limit: integer = 100 -- at most so many rows
// column market: string -- the market
// column n_vendors: integer -- how many vendor accounts
// column n_listings: integer -- how many listings
// column n_gone: integer -- how many listings have vanished
// column n_holding: integer -- how many listings carry a holding price
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// order: market
MATCH (m:Market)
OPTIONAL MATCH (v:VendorAccount)-[:ACTIVE_ON]->(m)
WITH m, count(DISTINCT v.key) AS n_vendors
OPTIONAL MATCH (l:Listing)-[:LISTED_ON]->(m)
RETURN m.key AS market, n_vendors, count(DISTINCT l.key) AS n_listings,
       count(DISTINCT CASE WHEN l.status = 'gone' THEN l.key END) AS n_gone,
       count(DISTINCT CASE WHEN l.status = 'holding_price' THEN l.key END) AS n_holding,
       min(l.first_at) AS first_at, max(l.last_at) AS last_at
ORDER BY market
LIMIT $limit
