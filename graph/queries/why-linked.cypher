// title: Why are these two joined directly, and what shows it?
// group: evidence
// param label_a: label -- label of the one node
// param key_a: string -- key of the one node
// param label_b: label -- label of the other node
// param key_b: string -- key of the other node
// param limit: integer = 500 -- at most so many rows
// column relationship: string -- type of the relationship
// column direction: string -- out where the one is its beginning, else in
// column rule: string -- rule that made it
// column tier: string -- structural, heuristic, attribution, captured or judged
// column confidence: string -- confidence, or empty
// column at: integer -- when, in epoch milliseconds, or null
// column exhibits: list -- evidence of the same record
// column record_id: string -- record that states it
// order: relationship, direction, record_id, at, detail
MATCH (a:Address|CashOutPoint|Cluster|Contact|Exhibit|Image|Judgement|Listing|Market|PGPKey
         |Persona|Service|Substance|Tag|Transaction|VendorAccount {key: $key_a})
WHERE $label_a IN labels(a)
MATCH (b:Address|CashOutPoint|Cluster|Contact|Exhibit|Image|Judgement|Listing|Market|PGPKey
         |Persona|Service|Substance|Tag|Transaction|VendorAccount {key: $key_b})
WHERE $label_b IN labels(b)
MATCH (a)-[r]-(b)
WITH DISTINCT a, b, r
OPTIONAL MATCH (a)-[s:SHOWN_BY]->(e)
WHERE s.record_id = r.record_id
OPTIONAL MATCH (b)-[u:SHOWN_BY]->(f)
WHERE u.record_id = r.record_id
WITH a, r, collect(DISTINCT e.key) + collect(DISTINCT f.key) AS shown
CALL (shown) {
  UNWIND shown AS one
  WITH DISTINCT one ORDER BY one
  RETURN collect(one) AS exhibits
}
RETURN type(r) AS relationship, CASE WHEN startNode(r) = a THEN 'out' ELSE 'in' END AS direction,
       r.rule AS rule, r.tier AS tier, coalesce(r.confidence, '') AS confidence, r.at AS at,
       exhibits, r.record_id AS record_id
ORDER BY relationship, direction, record_id, coalesce(at, -1), rule, tier, confidence,
         coalesce(r.txid, ''), coalesce(r.vout, -1), coalesce(r.start_address, ''),
         coalesce(r.accounting, ''), coalesce(r.party, ''), coalesce(r.status, '')
LIMIT $limit
