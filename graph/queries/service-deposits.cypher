// title: Which vendor accounts have deposits at a service?
// group: money
// param service: string -- key of the service
// param limit: integer = 500 -- at most so many rows
// column vendor: string -- vendor account
// column cash_out: string -- cash-out point (txid:vout)
// column address: string -- address at the service
// column value_sat: integer -- value in satoshi
// column traced_sat: integer -- traced value in satoshi
// column at: integer -- when, in epoch milliseconds, or null
// column state: string -- candidate, confirmed or rejected, or empty
// column record_id: string -- record that states it
// order: vendor, at, cash_out, record_id
MATCH (c:CashOutPoint)-[:PAID_INTO]->(:Service {key: $service})
MATCH (x:Address)-[o:CASHES_OUT_AT]->(c)
MATCH (a:Address)<-[:NAMES {party: 'vendor'}]-(v:VendorAccount)
WHERE a.key = o.start_address
RETURN DISTINCT v.key AS vendor, c.key AS cash_out, x.key AS address, c.value_sat AS value_sat,
       o.traced_sat AS traced_sat, c.at AS at, coalesce(c.status, '') AS state,
       o.record_id AS record_id
ORDER BY vendor, coalesce(at, -1), cash_out, address, record_id, traced_sat
LIMIT $limit
