// title: Who offers a substance?
// group: offers
// param substance: string -- key of the substance (as in a reading, e.g. cannabis_resin)
// param limit: integer = 200 -- at most so many rows
// column vendor: string -- vendor account, or empty where a listing names none
// column listing: string -- listing, or empty where the profile says so
// column status: string -- stated, implied or declared
// column name: string -- title of the listing, or name of the account
// column confidence: string -- confidence of the reading
// column record_id: string -- record of the reading
// order: vendor, listing, status, record_id
MATCH (x)-[r:OFFERS]->(:Substance {key: $substance})
OPTIONAL MATCH (v:VendorAccount)-[:SELLS]->(x)
WITH r, x, CASE WHEN x:Listing THEN coalesce(v.key, '') ELSE x.key END AS vendor
RETURN vendor, CASE WHEN x:Listing THEN x.key ELSE '' END AS listing, r.status AS status,
       coalesce(x.name, '') AS name, r.confidence AS confidence, r.record_id AS record_id
ORDER BY vendor, listing, status, record_id
LIMIT $limit
