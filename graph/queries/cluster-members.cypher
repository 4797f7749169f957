// title: Which addresses are in the wallet clusters of an address?
// group: money
// param address: string -- the address
// param limit: integer = 500 -- at most so many rows
// column cluster: string -- key of the cluster
// column member: string -- address in the cluster
// column service: string -- service that a tag names for it, or empty
// column rule: string -- rule that made the cluster
// column confidence: string -- confidence of the cluster
// column record_id: string -- record of the cluster
// order: cluster, member, service
MATCH (:Address {key: $address})-[:MEMBER_OF]->(c:Cluster)
MATCH (m:Address)-[r:MEMBER_OF]->(c)
OPTIONAL MATCH (m)-[:TAGGED_AS]->(s:Service)
RETURN DISTINCT c.key AS cluster, m.key AS member, coalesce(s.key, '') AS service,
       r.rule AS rule, r.confidence AS confidence, r.record_id AS record_id
ORDER BY cluster, member, service
LIMIT $limit
