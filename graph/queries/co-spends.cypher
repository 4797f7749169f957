// title: With which addresses was an address spent together?
// group: money
// param address: string -- the address
// param limit: integer = 500 -- at most so many rows
// column other: string -- the other address
// column txid: string -- transaction
// column at: integer -- when, in epoch milliseconds, or null
// column rule: string -- rule that made it
// column confidence: string -- confidence, or empty
// column record_id: string -- record that states it
// order: other, txid, record_id
MATCH (a:Address {key: $address})-[r:CO_SPENT]-(b:Address)
WHERE b.key <> $address
RETURN DISTINCT b.key AS other, r.txid AS txid, r.at AS at, r.rule AS rule,
       coalesce(r.confidence, '') AS confidence, r.record_id AS record_id
ORDER BY other, txid, record_id, coalesce(at, -1), rule, confidence
LIMIT $limit
