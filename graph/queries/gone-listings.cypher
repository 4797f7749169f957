// title: Which listings have vanished?
// group: life
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param market: string = "" -- only this market; empty for all
// param since: time = 0 -- not before this time
// param limit: integer = 200 -- at most so many rows
// column listing: string -- the listing
// column vendor: string -- vendor account
// column name: string -- name to show, or empty
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// order: last_at descending, listing, vendor
MATCH (l:Listing {status: 'gone'})
WHERE ($market = '' OR l.market = $market) AND coalesce(l.last_at, 0) >= $since
OPTIONAL MATCH (v:VendorAccount)-[:SELLS]->(l)
WITH l, coalesce(v.key, '') AS vendor
WHERE $vendor = '' OR vendor = $vendor
RETURN l.key AS listing, vendor, coalesce(l.name, '') AS name, l.first_at AS first_at,
       l.last_at AS last_at
ORDER BY coalesce(last_at, -1) DESC, listing, vendor
LIMIT $limit
