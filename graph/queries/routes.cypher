// title: From where to where is what sent?
// group: offers
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param substance: string = "" -- only this substance; empty for all
// param limit: integer = 200 -- at most so many rows
// column ships_from: string -- where it is sent from, as declared, or empty
// column ships_to: string -- where it is sent to, as declared, or empty
// column n_listings: integer -- how many listings
// column n_vendors: integer -- how many vendor accounts
// column substances: list -- the substances
// order: n_listings descending, ships_from, ships_to
MATCH (l:Listing)
WHERE l.ships_from IS NOT NULL OR l.ships_to IS NOT NULL
OPTIONAL MATCH (v:VendorAccount)-[:SELLS]->(l)
OPTIONAL MATCH (l)-[:OFFERS]->(s:Substance)
WITH coalesce(l.ships_from, '') AS ships_from, coalesce(l.ships_to, '') AS ships_to, l, v, s
WHERE ($vendor = '' OR v.key = $vendor) AND ($substance = '' OR s.key = $substance)
WITH ships_from, ships_to, l, v, s ORDER BY s.key
RETURN ships_from, ships_to, count(DISTINCT l.key) AS n_listings,
       count(DISTINCT v.key) AS n_vendors, collect(DISTINCT s.key) AS substances
ORDER BY n_listings DESC, ships_from, ships_to
LIMIT $limit
