// title: Which wallet clusters hold addresses of several vendor accounts?
// group: sharing
// param limit: integer = 100 -- at most so many rows
// column cluster: string -- key of the wallet cluster
// column n_vendors: integer -- how many vendor accounts
// column vendors: list -- vendor accounts
// column n_addresses: integer -- how many addresses
// column addresses: list -- the addresses
// order: n_vendors descending, cluster
MATCH (v:VendorAccount)-[:NAMES {party: 'vendor'}]->(a:Address)-[:MEMBER_OF]->(c:Cluster)
WITH c, v, a ORDER BY v.key, a.key
WITH c, collect(DISTINCT v.key) AS vendors, collect(DISTINCT a.key) AS addresses
WHERE size(vendors) > 1
RETURN c.key AS cluster, size(vendors) AS n_vendors, vendors, c.n_addresses AS n_addresses,
       addresses
ORDER BY n_vendors DESC, cluster
LIMIT $limit
