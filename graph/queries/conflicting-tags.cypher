// title: On which addresses do tags disagree?
// group: money
// param limit: integer = 200 -- at most so many rows
// column address: string -- the address
// column services: list -- the services
// column records: list -- records of the tags
// order: address
MATCH (a:Address)-[r:TAGGED_AS]->(s:Service)
WITH a, r, s ORDER BY s.key, r.record_id
WITH a, collect(DISTINCT s.key) AS services, collect(DISTINCT r.record_id) AS records
WHERE size(services) > 1
RETURN a.key AS address, services, records
ORDER BY address
LIMIT $limit
