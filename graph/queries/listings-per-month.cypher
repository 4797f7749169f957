// title: How many listings were first seen in each month?
// group: life
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param market: string = "" -- only this market; empty for all
// param limit: integer = 500 -- at most so many rows
// column month: string -- month (UTC), as YYYY-MM
// column market: string -- the market
// column n_listings: integer -- how many listings
// column n_vendors: integer -- how many vendor accounts
// order: month, market
MATCH (l:Listing)
WHERE l.first_at IS NOT NULL AND ($market = '' OR l.market = $market)
OPTIONAL MATCH (v:VendorAccount)-[:SELLS]->(l)
WITH l, v
WHERE $vendor = '' OR v.key = $vendor
WITH l, v, l.first_at / 86400000 + 719468 AS z
WITH l, v, z / 146097 AS era, z % 146097 AS doe
WITH l, v, era, doe, (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365 AS yoe
WITH l, v, yoe + era * 400 AS y, (5 * (doe - (365 * yoe + yoe / 4 - yoe / 100)) + 2) / 153 AS mp
WITH l, v, toString(CASE WHEN mp < 10 THEN y ELSE y + 1 END) + '-'
     + right('0' + toString(CASE WHEN mp < 10 THEN mp + 3 ELSE mp - 9 END), 2) AS month
RETURN month, l.market AS market, count(DISTINCT l.key) AS n_listings,
       count(DISTINCT v.key) AS n_vendors
ORDER BY month, market
LIMIT $limit
