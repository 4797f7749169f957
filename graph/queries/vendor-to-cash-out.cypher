// title: Shortest traced ways from a vendor to cash-out points
// param vendor: string -- key of the vendor account (market/handle)
// param limit: integer = 20 -- at most so many rows
// column n_hops: integer -- payments on the way
// column address: string -- address that the vendor named
// column cash_out: string -- cash-out point (txid:vout)
// column service: string -- service that it pays into
// column value_sat: integer -- what it received, in satoshi
// column at: integer -- when, in epoch milliseconds
// column addresses: list -- addresses on the way
// column payments: list -- payments on the way (txid:vout)
// column record_ids: list -- records that state each step
// order: n_hops, address, cash_out, service, way
MATCH (:VendorAccount {key: $vendor})-[:NAMES {party: 'vendor'}]->(a:Address)
WITH DISTINCT a
MATCH (c:CashOutPoint)-[:PAID_INTO]->(s:Service)
MATCH p = allShortestPaths((a)-[:HOP|CASHES_OUT_AT*..61 {start_address: a.key}]->(c))
WITH a, c, s, nodes(p) AS stops, relationships(p) AS steps
WITH a, c, s,
     [n IN stops WHERE n:Address | n.key] AS addresses,
     [r IN steps WHERE type(r) = 'HOP' | r.txid + ':' + toString(r.vout)] AS payments,
     [r IN steps | r.record_id] AS record_ids
RETURN size(payments) AS n_hops, a.key AS address, c.key AS cash_out, s.key AS service,
       c.value_sat AS value_sat, c.at AS at, addresses, payments, record_ids
ORDER BY n_hops, address, cash_out, service,
         reduce(way = '', step IN payments | way + step + ' '),
         reduce(way = '', step IN record_ids | way + step + ' ')
LIMIT $limit
