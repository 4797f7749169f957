// title: What is one step away from a node?
// group: ways
// param label: label -- label of the node (Address, VendorAccount, …)
// param key: string -- key of the node
// param limit: integer = 100 -- at most so many rows
// column direction: string -- out or in
// column relationship: string -- type of the relationship
// column other_label: string -- label of the other node
// column other_key: string -- key of the other node
// column name: string -- name of the other node, or empty
// column tier: string -- structural, heuristic, attribution, captured or judged
// column rule: string -- rule that made it
// column confidence: string -- confidence, or empty
// column at: integer -- time in epoch milliseconds, or null
// column record_id: string -- record that states it
// order: direction, relationship, other_label, other_key, at, record_id, detail
MATCH (n:Address|CashOutPoint|Cluster|Contact|Exhibit|Image|Judgement|Listing|Market|PGPKey
         |Persona|Service|Substance|Tag|Transaction|VendorAccount {key: $key})
WHERE $label IN labels(n)
MATCH (n)-[r]-(o)
WITH CASE WHEN startNode(r) = n THEN 'out' ELSE 'in' END AS direction, r, o
RETURN direction, type(r) AS relationship, head(labels(o)) AS other_label, o.key AS other_key,
       coalesce(o.name, '') AS name, r.tier AS tier, r.rule AS rule,
       coalesce(r.confidence, '') AS confidence, r.at AS at, r.record_id AS record_id
ORDER BY direction, relationship, other_label, other_key, coalesce(at, -1), record_id,
         coalesce(r.txid, ''), coalesce(r.vout, -1), coalesce(r.start_address, '')
LIMIT $limit
