// title: Which substances do the same vendor accounts offer?
// group: offers
// param substance: string = "" -- only this substance; empty for all
// param limit: integer = 200 -- at most so many rows
// column substance_a: string -- one substance
// column substance_b: string -- the other substance
// column n_vendors: integer -- how many vendor accounts
// column vendors: list -- vendor accounts
// order: n_vendors descending, substance_a, substance_b
MATCH (v:VendorAccount)-[:SELLS]->(:Listing)-[:OFFERS]->(s:Substance)
WITH v, s.key AS substance ORDER BY substance
WITH v, collect(DISTINCT substance) AS substances
WHERE size(substances) > 1 AND ($substance = '' OR $substance IN substances)
UNWIND substances AS substance_a
UNWIND substances AS substance_b
WITH v, substance_a, substance_b
WHERE substance_a < substance_b
  AND ($substance = '' OR substance_a = $substance OR substance_b = $substance)
WITH substance_a, substance_b, v ORDER BY v.key
WITH substance_a, substance_b, collect(DISTINCT v.key) AS vendors
RETURN substance_a, substance_b, size(vendors) AS n_vendors, vendors
ORDER BY n_vendors DESC, substance_a, substance_b
LIMIT $limit
