// title: Which payments did an address make?
// group: money
// param address: string -- the address
// param since: time = 0 -- not before this time
// param before: time = 9007199254740991 -- only before this time
// param minimum_sat: integer = 0 -- only payments of at least so many satoshi
// param limit: integer = 500 -- at most so many rows
// column at: integer -- when, in epoch milliseconds, or null
// column to_address: string -- address that was paid
// column txid: string -- transaction
// column vout: integer -- output of the transaction
// column value_sat: integer -- value in satoshi
// column service: string -- the service
// column record_id: string -- record that states it
// order: at, to_address, txid, vout
MATCH (a:Address {key: $address})-[r:PAID]->(b:Address)
WHERE r.value_sat >= $minimum_sat
  AND coalesce(r.at, 0) >= $since AND coalesce(r.at, 0) < $before
OPTIONAL MATCH (b)-[:TAGGED_AS]->(s:Service)
WITH b, r, min(s.key) AS service
RETURN r.at AS at, b.key AS to_address, r.txid AS txid, r.vout AS vout,
       r.value_sat AS value_sat, coalesce(service, '') AS service, r.record_id AS record_id
ORDER BY coalesce(at, -1), to_address, txid, vout, record_id
LIMIT $limit
