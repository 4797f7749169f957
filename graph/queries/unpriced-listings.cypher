// title: Which listings have no price?
// group: overview
// param market: string = "" -- only this market; empty for all
// param limit: integer = 500 -- at most so many rows
// column listing: string -- the listing
// column name: string -- name to show, or empty
// column market: string -- the market
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column n_exhibits: integer -- how many exhibits
// order: listing
MATCH (l:Listing)
WHERE ($market = '' OR l.market = $market) AND l.price_amount IS NULL
OPTIONAL MATCH (l)-[:SHOWN_BY]->(e:Exhibit)
RETURN l.key AS listing, coalesce(l.name, '') AS name, coalesce(l.market, '') AS market,
       l.first_at AS first_at, count(DISTINCT e.key) AS n_exhibits
ORDER BY listing
LIMIT $limit
