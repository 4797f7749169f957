// title: Which steps of the trails did a rule choose?
// group: ways
// param why: string = "" -- part of the name of the rule; empty for all
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 500 -- at most so many rows
// column at: integer -- when, in epoch milliseconds, or null
// column start_address: string -- address that the trail began at
// column position: integer -- place on the trail, from 1
// column from_address: string -- address that paid
// column to_address: string -- address that was paid
// column txid: string -- transaction
// column vout: integer -- output of the transaction
// column value_sat: integer -- value in satoshi
// column traced_sat: integer -- traced value in satoshi
// column why: string -- rule that chose the step
// column record_id: string -- record that states it
// order: start_address, position, at, txid, vout, from_address, to_address
MATCH (a:Address)-[h:HOP]->(b:Address)
WHERE ($why = '' OR h.why CONTAINS $why)
  AND ($vendor = '' OR EXISTS {
    MATCH (v:VendorAccount)-[:NAMES]->(s:Address)
    WHERE v.key = $vendor AND s.key = h.start_address
  })
RETURN h.at AS at, h.start_address AS start_address, h.position AS position,
       a.key AS from_address, b.key AS to_address, h.txid AS txid, h.vout AS vout,
       h.value_sat AS value_sat, h.traced_sat AS traced_sat, h.why AS why,
       h.record_id AS record_id
ORDER BY start_address, position, coalesce(at, -1), txid, vout, from_address, to_address,
         h.accounting, record_id
LIMIT $limit
