// title: Which pictures do several vendor accounts show?
// group: sharing
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 200 -- at most so many rows
// column picture: string -- key of the picture
// column uri: string -- address of the captured page, or empty
// column n_vendors: integer -- how many vendor accounts
// column vendors: list -- vendor accounts
// column listings: list -- the listings
// order: n_vendors descending, picture
MATCH (i:Image)
CALL (i) {
  MATCH (v:VendorAccount)-[:SHOWS]->(i)
  RETURN v.key AS vendor, '' AS listing
  UNION
  MATCH (v:VendorAccount)-[:SELLS]->(l:Listing)-[:SHOWS]->(i)
  RETURN v.key AS vendor, l.key AS listing
}
WITH i, vendor, listing ORDER BY vendor, listing
WITH i, collect(DISTINCT vendor) AS vendors, collect(DISTINCT listing) AS shown
WHERE size(vendors) > 1 AND ($vendor = '' OR $vendor IN vendors)
RETURN i.key AS picture, coalesce(i.uri, '') AS uri, size(vendors) AS n_vendors, vendors,
       [listing IN shown WHERE listing <> ''] AS listings
ORDER BY n_vendors DESC, picture
LIMIT $limit
