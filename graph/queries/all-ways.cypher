// title: What links these two, heuristics and tags included?
// group: ways
// param label_a: label -- label of the one node
// param key_a: string -- key of the one node
// param label_b: label -- label of the other node
// param key_b: string -- key of the other node
// param limit: integer = 20 -- at most so many rows
// column n_hops: integer -- how many steps
// column stops: list -- label and key of each node on the way
// column relationships: list -- type of each relationship on the way
// column tiers: list -- tier of each relationship on the way
// column records: list -- record of each relationship on the way
// order: n_hops, stops, relationships, records, tiers
MATCH (a:Address|CashOutPoint|Cluster|Contact|Exhibit|Image|Judgement|Listing|Market|PGPKey
         |Persona|Service|Substance|Tag|Transaction|VendorAccount {key: $key_a})
WHERE $label_a IN labels(a)
MATCH (b:Address|CashOutPoint|Cluster|Contact|Exhibit|Image|Judgement|Listing|Market|PGPKey
         |Persona|Service|Substance|Tag|Transaction|VendorAccount {key: $key_b})
WHERE $label_b IN labels(b)
WITH a, b
WHERE a <> b
MATCH p = allShortestPaths((a)-[:NAMES|SELLS|SHOWS|LEADS_TO|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS*..6]-(b))
WITH DISTINCT [n IN nodes(p) | head(labels(n)) + ' ' + n.key] AS stops,
     [r IN relationships(p) | type(r)] AS relationships, [r IN relationships(p) | r.tier] AS tiers,
     [r IN relationships(p) | r.record_id] AS records
RETURN size(relationships) AS n_hops, stops, relationships, tiers, records
ORDER BY n_hops, stops,
         relationships,
         records,
         tiers
LIMIT $limit
