// title: Which addresses paid into a service that a tag names?
// group: money
// param service: string = "" -- only this service; empty for all
// param minimum_sat: integer = 0 -- only payments of at least so many satoshi
// param limit: integer = 500 -- at most so many rows
// column service: string -- the service
// column from_address: string -- address that paid
// column to_address: string -- address that was paid
// column at: integer -- when, in epoch milliseconds, or null
// column txid: string -- transaction
// column vout: integer -- output of the transaction
// column value_sat: integer -- value in satoshi
// column record_id: string -- record that states it
// order: service, at, txid, vout, from_address, to_address
MATCH (s:Service)<-[:TAGGED_AS]-(b:Address)
WHERE $service = '' OR s.key = $service
WITH DISTINCT s, b
MATCH (a:Address)-[r:PAID]->(b)
WHERE r.value_sat >= $minimum_sat
RETURN s.key AS service, a.key AS from_address, b.key AS to_address, r.at AS at, r.txid AS txid,
       r.vout AS vout, r.value_sat AS value_sat, r.record_id AS record_id
ORDER BY service, coalesce(at, -1), txid, vout, from_address, to_address, record_id
LIMIT $limit
