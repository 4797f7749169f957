// title: Which co-spends join two addresses?
// group: ways
// param address_a: string -- the one address
// param address_b: string -- the other address
// param limit: integer = 20 -- at most so many rows
// column n_hops: integer -- how many steps
// column addresses: list -- addresses on the way
// column transactions: list -- transaction of each step
// column records: list -- record of each step
// order: n_hops, way, transactions
MATCH (a:Address {key: $address_a})
MATCH (b:Address {key: $address_b})
WITH a, b
WHERE a.key <> b.key
MATCH p = allShortestPaths((a)-[:CO_SPENT*..8]-(b))
WITH [n IN nodes(p) | n.key] AS addresses, [r IN relationships(p) | r.txid] AS transactions,
     [r IN relationships(p) | r.record_id] AS records
RETURN size(transactions) AS n_hops, addresses, transactions, records
ORDER BY n_hops, addresses,
         transactions,
         records
LIMIT $limit
