// title: Which wallet clusters hold addresses of two vendor accounts?
// group: sharing
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 200 -- at most so many rows
// column cluster: string -- key of the wallet cluster
// column vendor_a: string -- one account
// column vendor_b: string -- the other
// column address_a: string -- address of the one
// column address_b: string -- address of the other
// column rule: string -- rule that made it
// column confidence: string -- confidence, or empty
// column record_id: string -- record that states it
// order: cluster, vendor_a, vendor_b, address_a, address_b
MATCH (a:VendorAccount)-[:NAMES {party: 'vendor'}]->(x:Address)-[r:MEMBER_OF]->(c:Cluster)
MATCH (c)<-[:MEMBER_OF]-(y:Address)<-[:NAMES {party: 'vendor'}]-(b:VendorAccount)
WHERE a.key < b.key AND ($vendor = '' OR a.key = $vendor OR b.key = $vendor)
RETURN c.key AS cluster, a.key AS vendor_a, b.key AS vendor_b, x.key AS address_a,
       y.key AS address_b, r.rule AS rule, coalesce(r.confidence, '') AS confidence,
       r.record_id AS record_id
ORDER BY cluster, vendor_a, vendor_b, address_a, address_b
LIMIT $limit
