// title: Which vendor accounts are linked by heuristics alone?
// group: people
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 200 -- at most so many rows
// column vendor_a: string -- one account
// column vendor_b: string -- the other
// column kind: string -- what kind it is
// column via: string -- wallet cluster, or band of the candidate link
// column confidence: string -- confidence, or empty
// column record_id: string -- record that states it
// order: vendor_a, vendor_b, kind, via
CALL () {
  MATCH (a:VendorAccount)-[r:LOOKS_LIKE]->(b:VendorAccount)
  RETURN a, b, 'LOOKS_LIKE' AS kind, r.band AS via, coalesce(r.confidence, '') AS confidence,
         r.record_id AS record_id
  UNION
  MATCH (a:VendorAccount)-[:NAMES {party: 'vendor'}]->(:Address)-[r:MEMBER_OF]->(c:Cluster)
  MATCH (c)<-[:MEMBER_OF]-(:Address)<-[:NAMES {party: 'vendor'}]-(b:VendorAccount)
  WHERE a.key < b.key
  RETURN a, b, 'MEMBER_OF' AS kind, c.key AS via, coalesce(r.confidence, '') AS confidence,
         r.record_id AS record_id
}
WITH a, b, kind, via, max(confidence) AS confidence, min(record_id) AS record_id
WHERE ($vendor = '' OR a.key = $vendor OR b.key = $vendor)
  AND NOT EXISTS { MATCH (a)-[:NAMES {party: 'vendor'}]->(k)<-[:NAMES {party: 'vendor'}]-(b) }
RETURN a.key AS vendor_a, b.key AS vendor_b, kind, via, confidence, record_id
ORDER BY vendor_a, vendor_b, kind, via
LIMIT $limit
