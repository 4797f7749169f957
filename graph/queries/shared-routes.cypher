// title: Which vendor accounts offer the same substance on the same route?
// group: sharing
// param substance: string = "" -- only this substance; empty for all
// param limit: integer = 200 -- at most so many rows
// column substance: string -- the substance
// column ships_from: string -- where it is sent from, as declared, or empty
// column ships_to: string -- where it is sent to, as declared, or empty
// column n_vendors: integer -- how many vendor accounts
// column vendors: list -- vendor accounts
// column n_listings: integer -- how many listings
// order: n_vendors descending, substance, ships_from, ships_to
MATCH (v:VendorAccount)-[:SELLS]->(l:Listing)-[:OFFERS]->(s:Substance)
WHERE ($substance = '' OR s.key = $substance) AND l.ships_from IS NOT NULL
WITH s, l.ships_from AS ships_from, coalesce(l.ships_to, '') AS ships_to, v, l ORDER BY v.key
WITH s, ships_from, ships_to, collect(DISTINCT v.key) AS vendors,
     count(DISTINCT l.key) AS n_listings
WHERE size(vendors) > 1
RETURN s.key AS substance, ships_from, ships_to, size(vendors) AS n_vendors, vendors, n_listings
ORDER BY n_vendors DESC, substance, ships_from, ships_to
LIMIT $limit
