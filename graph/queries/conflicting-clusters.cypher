// title: Which wallet clusters hold addresses of several services?
// group: money
// param limit: integer = 200 -- at most so many rows
// column cluster: string -- key of the wallet cluster
// column services: list -- the services
// column addresses: list -- tagged addresses in it
// column n_addresses: integer -- how many addresses
// order: cluster
MATCH (s:Service)<-[:TAGGED_AS]-(a:Address)-[:MEMBER_OF]->(c:Cluster)
WITH c, s, a ORDER BY s.key, a.key
WITH c, collect(DISTINCT s.key) AS services, collect(DISTINCT a.key) AS addresses
WHERE size(services) > 1
RETURN c.key AS cluster, services, addresses, c.n_addresses AS n_addresses
ORDER BY cluster
LIMIT $limit
