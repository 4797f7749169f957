// title: Which substances does a vendor account offer?
// group: offers
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 500 -- at most so many rows
// column vendor: string -- vendor account
// column substance: string -- the substance
// column name: string -- name to show, or empty
// column n_listings: integer -- how many listings
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// order: vendor, substance
CALL () {
  MATCH (v:VendorAccount)-[:SELLS]->(l:Listing)-[:OFFERS]->(s:Substance)
  WHERE $vendor = '' OR v.key = $vendor
  RETURN v, s, l.key AS listing, l.first_at AS first_at, l.last_at AS last_at
  UNION
  MATCH (v:VendorAccount)-[:OFFERS]->(s:Substance)
  WHERE $vendor = '' OR v.key = $vendor
  RETURN v, s, null AS listing, v.first_at AS first_at, v.last_at AS last_at
}
RETURN v.key AS vendor, s.key AS substance, coalesce(s.name, '') AS name,
       count(DISTINCT listing) AS n_listings, min(first_at) AS first_at, max(last_at) AS last_at
ORDER BY vendor, substance
LIMIT $limit
