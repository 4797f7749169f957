// title: Which addresses of the case does a tag name?
// group: money
// param limit: integer = 500 -- at most so many rows
// column address: string -- the address
// column service: string -- service that the tag names
// column category: string -- category of the tag, or empty
// column tagpack_confidence: string -- level of the tag as its source gives it, or empty
// column source: string -- where the tag comes from
// column record_id: string -- record of the tag
// order: address, service, record_id
MATCH (a:Address)-[r:TAGGED_AS]->(s:Service)
MATCH (t:Tag)
WHERE t.key = r.record_id
RETURN a.key AS address, s.key AS service, coalesce(t.category, '') AS category,
       coalesce(r.tagpack_confidence, '') AS tagpack_confidence, t.source AS source,
       r.record_id AS record_id
ORDER BY address, service, record_id
LIMIT $limit
