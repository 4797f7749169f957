// title: What do these two have in common?
// group: ways
// param label_a: label -- label of the one node
// param key_a: string -- key of the one node
// param label_b: label -- label of the other node
// param key_b: string -- key of the other node
// param limit: integer = 200 -- at most so many rows
// column label: string -- label of the node
// column key: string -- key of the node
// column name: string -- name to show, or empty
// column from_a: list -- relationships with the one
// column from_b: list -- relationships with the other
// column tiers: list -- tiers of these relationships
// column records: list -- records that state it
// order: label, key
MATCH (a:Address|CashOutPoint|Cluster|Contact|Exhibit|Image|Judgement|Listing|Market|PGPKey
         |Persona|Service|Substance|Tag|Transaction|VendorAccount {key: $key_a})
WHERE $label_a IN labels(a)
MATCH (b:Address|CashOutPoint|Cluster|Contact|Exhibit|Image|Judgement|Listing|Market|PGPKey
         |Persona|Service|Substance|Tag|Transaction|VendorAccount {key: $key_b})
WHERE $label_b IN labels(b)
MATCH (a)-[r]-(n)-[s]-(b)
WHERE a <> b AND n <> a AND n <> b
WITH n, type(r) AS kind_a, type(s) AS kind_b, [r.tier, s.tier] AS pair,
     [r.record_id, s.record_id] AS stated
UNWIND range(0, 1) AS i
WITH n, kind_a, kind_b, pair[i] AS tier, stated[i] AS record
WITH n, kind_a, kind_b, tier, record ORDER BY kind_a, kind_b, tier, record
WITH n, collect(DISTINCT kind_a) AS from_a, collect(DISTINCT kind_b) AS kinds_b,
     collect(DISTINCT tier) AS tiers_found, collect(DISTINCT record) AS records_found
CALL (kinds_b) {
  UNWIND kinds_b AS kind
  WITH kind ORDER BY kind
  RETURN collect(kind) AS from_b
}
CALL (tiers_found) {
  UNWIND tiers_found AS tier
  WITH tier ORDER BY tier
  RETURN collect(tier) AS tiers
}
CALL (records_found) {
  UNWIND records_found AS record
  WITH record ORDER BY record
  RETURN collect(record) AS records
}
RETURN head(labels(n)) AS label, n.key AS key, coalesce(n.name, '') AS name, from_a, from_b,
       tiers, records
ORDER BY label, key
LIMIT $limit
