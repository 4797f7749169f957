// title: Which substances are offered, by how many?
// group: offers
// param market: string = "" -- only this market; empty for all
// param limit: integer = 200 -- at most so many rows
// column substance: string -- the substance
// column name: string -- name to show, or empty
// column n_listings: integer -- how many listings
// column n_vendors: integer -- how many vendor accounts
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// order: n_listings descending, substance
MATCH (l:Listing)-[:OFFERS]->(s:Substance)
WHERE $market = '' OR l.market = $market
OPTIONAL MATCH (v:VendorAccount)-[:SELLS]->(l)
RETURN s.key AS substance, coalesce(s.name, '') AS name, count(DISTINCT l.key) AS n_listings,
       count(DISTINCT v.key) AS n_vendors, min(l.first_at) AS first_at, max(l.last_at) AS last_at
ORDER BY n_listings DESC, substance
LIMIT $limit
