// title: On which steps was a part peeled off and the rest sent on?
// group: ways
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param percent: integer 1..99 = 50 -- at least so much of the money goes on, in percent
// param limit: integer = 500 -- at most so many rows
// column start_address: string -- address that the trail began at
// column accounting: string -- accounting method of the trace
// column position: integer -- place on the trail, from 1
// column at: integer -- when, in epoch milliseconds, or null
// column from_address: string -- address that paid
// column address: string -- address that sends the rest on
// column to_address: string -- address that was paid
// column txid: string -- transaction that sends the rest on
// column value_sat: integer -- value that arrived, in satoshi
// column rest_sat: integer -- value that went on, in satoshi
// column record_id: string -- record that states it
// order: start_address, accounting, position, at, from_address, address, to_address, txid, value_sat, rest_sat
MATCH (a:Address)-[h:HOP]->(b:Address)-[k:HOP]->(c:Address)
WHERE k.start_address = h.start_address AND k.accounting = h.accounting
  AND k.position = h.position + 1 AND k.txid <> h.txid AND k.value_sat < h.value_sat
  AND k.value_sat * 100 >= h.value_sat * $percent
  AND ($vendor = '' OR EXISTS {
    MATCH (v:VendorAccount)-[:NAMES]->(s:Address)
    WHERE v.key = $vendor AND s.key = h.start_address
  })
RETURN h.start_address AS start_address, h.accounting AS accounting, h.position AS position,
       k.at AS at, a.key AS from_address, b.key AS address, c.key AS to_address, k.txid AS txid,
       h.value_sat AS value_sat, k.value_sat AS rest_sat, k.record_id AS record_id
ORDER BY start_address, accounting, position, coalesce(at, -1), from_address, address, to_address,
         txid, value_sat, rest_sat, h.txid, h.vout, k.vout, record_id
LIMIT $limit
