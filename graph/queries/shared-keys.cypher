// title: Which vendor accounts share a key, an address or a contact?
// group: sharing
// param vendor: string = "" -- only pairs with this vendor account; empty for all
// param limit: integer = 200 -- at most so many rows
// column kind: string -- what is shared: Address, Contact or PGPKey
// column shared: string -- its key
// column vendor_a: string -- one account
// column vendor_b: string -- the other
// column said_in_a: string -- where the one says so: profile or listing
// column said_in_b: string -- where the other says so
// column record_a: string -- record of the one
// column record_b: string -- record of the other
// order: kind, shared, vendor_a, vendor_b
MATCH (a:VendorAccount)-[x:NAMES {party: 'vendor'}]->(k)<-[y:NAMES {party: 'vendor'}]-(b:VendorAccount)
WHERE a.key < b.key AND ($vendor = '' OR a.key = $vendor OR b.key = $vendor)
RETURN head(labels(k)) AS kind, k.key AS shared, a.key AS vendor_a, b.key AS vendor_b,
       x.said_in AS said_in_a, y.said_in AS said_in_b,
       x.record_id AS record_a, y.record_id AS record_b
ORDER BY kind, shared, vendor_a, vendor_b
LIMIT $limit
