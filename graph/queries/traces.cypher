// title: Which trails begin at a vendor account, and why do they end?
// group: ways
// param vendor: string -- key of the vendor account (market/handle)
// param stop_reason: string = "" -- only trails that ended so (e.g. mix); empty for all
// param limit: integer = 500 -- at most so many rows
// column start_address: string -- address that the trail began at
// column end_address: string -- address that the trail ended at
// column accounting: string -- accounting method of the trace
// column n_hops: integer -- how many steps
// column traced_sat: integer -- traced value in satoshi
// column stop_reason: string -- why the trace ended
// column at: integer -- when, in epoch milliseconds, or null
// column rule: string -- rule that made it
// column record_id: string -- record that states it
// order: start_address, accounting, traced_sat descending, end_address, record_id
MATCH (:VendorAccount {key: $vendor})-[:NAMES {party: 'vendor'}]->(a:Address)
WITH DISTINCT a
MATCH (a)-[t:TRACED_TO]->(b:Address)
WHERE $stop_reason = '' OR t.stop_reason = $stop_reason
RETURN a.key AS start_address, b.key AS end_address, t.accounting AS accounting,
       t.n_hops AS n_hops, t.traced_sat AS traced_sat, t.stop_reason AS stop_reason, t.at AS at,
       t.rule AS rule, t.record_id AS record_id
ORDER BY start_address, accounting, traced_sat DESC, end_address, record_id, n_hops, stop_reason
LIMIT $limit
