// title: Which traced payments left a vendor's addresses, in time order?
// group: ways
// param vendor: string -- key of the vendor account (market/handle)
// param since: time = 0 -- not before this time
// param minimum_sat: integer = 0 -- only payments that carry at least so much traced value
// param limit: integer = 200 -- at most so many rows
// column at: integer -- when the payment was mined, in epoch milliseconds
// column start_address: string -- address of the vendor that the trail began at
// column accounting: string -- accounting method of the trace
// column position: integer -- place on the trail, from 1
// column from_address: string -- address that paid
// column to_address: string -- address that was paid
// column txid: string -- transaction
// column vout: integer -- output of the transaction
// column value_sat: integer -- value of the output, in satoshi
// column traced_sat: integer -- part of it that the method attributes to the vendor
// column rule: string -- rule that made the trace
// column record_id: string -- record of the trace
// order: at, start_address, accounting, position, txid, vout, from_address, to_address
MATCH (:VendorAccount {key: $vendor})-[:NAMES {party: 'vendor'}]->(s:Address)
WITH DISTINCT s
MATCH (a:Address)-[h:HOP]->(b:Address)
WHERE h.start_address = s.key AND h.at >= $since AND h.traced_sat >= $minimum_sat
RETURN h.at AS at, s.key AS start_address, h.accounting AS accounting, h.position AS position,
       a.key AS from_address, b.key AS to_address, h.txid AS txid, h.vout AS vout,
       h.value_sat AS value_sat, h.traced_sat AS traced_sat, h.rule AS rule,
       h.record_id AS record_id
ORDER BY at, start_address, accounting, position, txid, vout, from_address, to_address
LIMIT $limit
