// title: What is known of a vendor, in time order?
// group: life
// param vendor: string -- key of the vendor account (market/handle)
// param limit: integer = 500 -- at most so many rows
// column at: integer -- when, in epoch milliseconds
// column event: string -- captured, listing, named, paid or cash_out
// column what: string -- profile, listing, selector, address or cash-out point
// column evidence: string -- capture or transaction that shows it
// column value_sat: integer -- value in satoshi, or null
// column record_id: string -- record that states it
// order: at, event, what, evidence, record_id
MATCH (v:VendorAccount {key: $vendor})
CALL (v) {
  MATCH (v)-[r:SHOWN_BY {states: 'vendor_account'}]->(e:Exhibit)
  RETURN e.at AS at, 'captured' AS event, v.key AS what, e.key AS evidence,
         null AS value_sat, r.record_id AS record_id
  UNION
  MATCH (v)-[:SELLS]->(l:Listing)-[r:SHOWN_BY {states: 'listing'}]->(e:Exhibit)
  RETURN e.at AS at, 'listing' AS event, l.key AS what, e.key AS evidence,
         null AS value_sat, r.record_id AS record_id
  UNION
  MATCH (v)-[:NAMES {party: 'vendor'}]->(k)-[r:SHOWN_BY {states: 'selector'}]->(e:Exhibit)
  RETURN e.at AS at, 'named' AS event, k.key AS what, e.key AS evidence,
         null AS value_sat, r.record_id AS record_id
  UNION
  MATCH (v)-[:NAMES {party: 'vendor'}]->(a:Address)-[r:PAID]->(b:Address)
  RETURN r.at AS at, 'paid' AS event, b.key AS what, r.txid AS evidence,
         r.value_sat AS value_sat, r.record_id AS record_id
  UNION
  MATCH (v)-[:NAMES {party: 'vendor'}]->(a:Address)
  MATCH (:Address)-[r:CASHES_OUT_AT]->(c:CashOutPoint)
  WHERE r.start_address = a.key
  RETURN c.at AS at, 'cash_out' AS event, c.key AS what, c.txid AS evidence,
         c.value_sat AS value_sat, r.record_id AS record_id
}
RETURN at, event, what, evidence, value_sat, record_id
ORDER BY at, event, what, evidence, record_id, coalesce(value_sat, -1)
LIMIT $limit
