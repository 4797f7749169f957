// title: At which mixes do the trails of vendor accounts end?
// group: ways
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 200 -- at most so many rows
// column vendor: string -- vendor account
// column start_address: string -- address that the trail began at
// column end_address: string -- address that the trail ended at
// column stop_reason: string -- why the trace ended
// column traced_sat: integer -- traced value in satoshi
// column n_hops: integer -- how many steps
// column at: integer -- when, in epoch milliseconds, or null
// column record_id: string -- record that states it
// order: vendor, start_address, end_address, traced_sat descending, record_id
MATCH (a:Address)-[t:TRACED_TO]->(b:Address)
WHERE t.stop_reason CONTAINS 'mix' OR t.stop_reason CONTAINS 'coinjoin'
MATCH (v:VendorAccount)-[:NAMES {party: 'vendor'}]->(a)
WHERE $vendor = '' OR v.key = $vendor
RETURN DISTINCT v.key AS vendor, a.key AS start_address, b.key AS end_address,
       t.stop_reason AS stop_reason, t.traced_sat AS traced_sat, t.n_hops AS n_hops, t.at AS at,
       t.record_id AS record_id
ORDER BY vendor, start_address, end_address, traced_sat DESC, record_id, n_hops, stop_reason,
         coalesce(at, -1)
LIMIT $limit
