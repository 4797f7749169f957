// title: Which tagged addresses do the trails of a vendor account touch?
// group: ways
// param vendor: string -- key of the vendor account (market/handle)
// param limit: integer = 200 -- at most so many rows
// column start_address: string -- address that the trail began at
// column address: string -- tagged address on the way
// column service: string -- the service
// column category: string -- its category, or empty
// column position: integer -- first place on a trail, from 1
// column at: integer -- when, in epoch milliseconds, or null
// column source: string -- where the tag comes from, or empty
// column record_id: string -- record of the tag
// order: start_address, position, address, service, record_id
MATCH (:VendorAccount {key: $vendor})-[:NAMES {party: 'vendor'}]->(a:Address)
WITH collect(DISTINCT a.key) AS begun
MATCH (:Address)-[h:HOP]->(b:Address)
WHERE h.start_address IN begun
WITH h.start_address AS start_address, b, min(h.position) AS position, min(h.at) AS at
MATCH (b)-[r:TAGGED_AS]->(s:Service)
OPTIONAL MATCH (t:Tag)
WHERE t.key = r.record_id
RETURN start_address, b.key AS address, s.key AS service, coalesce(s.category, '') AS category,
       position, at, coalesce(t.source, '') AS source, r.record_id AS record_id
ORDER BY start_address, position, address, service, record_id
LIMIT $limit
