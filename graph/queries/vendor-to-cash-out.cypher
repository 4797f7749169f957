// title: Which are the shortest ways from a vendor to a cash-out?
// group: ways
// param vendor: string -- key of the vendor account (market/handle)
// param limit: integer = 20 -- at most so many rows
// column n_hops: integer -- steps on the way: payments, and at most one inside the wallet
// column address: string -- address that the vendor named
// column cash_out: string -- cash-out point (txid:vout)
// column service: string -- service that it pays into
// column value_sat: integer -- what it received, in satoshi
// column traced_sat: integer -- part of it that the method attributes to the address
// column at: integer -- when, in epoch milliseconds
// column addresses: list -- addresses on the way
// column record_id: string -- record of the cash-out point
// order: n_hops, address, cash_out, service, way
MATCH (:VendorAccount {key: $vendor})-[:NAMES {party: 'vendor'}]->(a:Address)
WITH DISTINCT a
MATCH (:Address)-[o:CASHES_OUT_AT]->(c:CashOutPoint)-[:PAID_INTO]->(s:Service)
WHERE o.start_address = a.key
WITH a, c, s, max(o.traced_sat) AS traced_sat, min(o.record_id) AS record_id
MATCH p = allShortestPaths((a)-[:SAME_WALLET|LEADS_TO|ENDS_IN*..61]->(c))
WITH DISTINCT a, c, s, traced_sat, record_id, [n IN nodes(p) WHERE n:Address | n.key] AS payers
WITH a, c, s, traced_sat, record_id,
     CASE WHEN last(payers) = c.address THEN payers ELSE payers + c.address END AS addresses
RETURN size(addresses) - 1 AS n_hops, a.key AS address, c.key AS cash_out, s.key AS service,
       c.value_sat AS value_sat, traced_sat, c.at AS at, addresses, record_id
ORDER BY n_hops, address, cash_out, service,
         reduce(way = '', stop IN addresses | way + stop + ' ')
LIMIT $limit
