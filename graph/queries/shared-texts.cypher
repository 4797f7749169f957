// title: Which listings of several vendor accounts have the same words?
// group: sharing
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 100 -- at most so many rows
// column n_vendors: integer -- how many vendor accounts
// column vendors: list -- vendor accounts
// column listings: list -- the listings
// column name: string -- name to show, or empty
// order: n_vendors descending, listings
MATCH (v:VendorAccount)-[:SELLS]->(l:Listing)
WHERE l.folded IS NOT NULL
WITH l.folded AS words, v, l ORDER BY v.key, l.key
WITH words, collect(DISTINCT v.key) AS vendors, collect(DISTINCT l.key) AS listings,
     min(coalesce(l.name, '')) AS name
WHERE size(vendors) > 1 AND ($vendor = '' OR $vendor IN vendors)
RETURN size(vendors) AS n_vendors, vendors, listings, name
ORDER BY n_vendors DESC, listings, name
LIMIT $limit
