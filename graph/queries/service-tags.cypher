// title: Which addresses are known of a service, and from where?
// group: money
// param service: string -- key of the service
// param limit: integer = 500 -- at most so many rows
// column address: string -- the address
// column tagpack_confidence: string -- level of the tag as its source gives it, or empty
// column source: string -- where the tag comes from, or empty
// column cluster: string -- key of a wallet cluster that holds it, or empty
// column record_id: string -- record of the tag
// order: address, record_id, cluster
MATCH (a:Address)-[r:TAGGED_AS]->(:Service {key: $service})
OPTIONAL MATCH (t:Tag)
WHERE t.key = r.record_id
OPTIONAL MATCH (a)-[:MEMBER_OF]->(c:Cluster)
RETURN a.key AS address, coalesce(r.tagpack_confidence, '') AS tagpack_confidence,
       coalesce(t.source, '') AS source, coalesce(c.key, '') AS cluster, r.record_id AS record_id
ORDER BY address, record_id, cluster
LIMIT $limit
