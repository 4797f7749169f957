// title: Which named addresses were never seen on the chain?
// group: overview
// param limit: integer = 500 -- at most so many rows
// column address: string -- the address
// column vendors: list -- vendor accounts
// column listings: list -- the listings
// column record_id: string -- record that states it
// order: address
MATCH (a:Address)
WHERE EXISTS { MATCH ()-[:NAMES]->(a) }
  AND NOT EXISTS { MATCH (a)-[:PAID]-(:Address) } AND NOT EXISTS { MATCH (a)-[:SPENT_IN]->(:Transaction) }
  AND NOT EXISTS { MATCH (:Transaction)-[:PAYS]->(a) }
MATCH (n)-[r:NAMES]->(a)
WITH a, n, r ORDER BY n.key
WITH a, collect(DISTINCT CASE WHEN n:VendorAccount THEN n.key END) AS vendors,
     collect(DISTINCT CASE WHEN n:Listing THEN n.key END) AS listings, min(r.record_id) AS record_id
RETURN a.key AS address, vendors, listings, record_id
ORDER BY address
LIMIT $limit
