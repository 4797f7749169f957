// title: Which exhibits show a node?
// group: evidence
// param label: label -- label of the node (Address, VendorAccount, …)
// param key: string -- key of the node
// param limit: integer = 500 -- at most so many rows
// column at: integer -- when, in epoch milliseconds, or null
// column exhibit: string -- capture, transaction, tag or judgement that shows it
// column kind: string -- Exhibit, Transaction, Tag or Judgement
// column uri: string -- address of the captured page, source of the tag, or empty
// column states: string -- kind of the record
// column via: list -- records between this one and the evidence
// column record_id: string -- record that states it
// order: at, exhibit, states, record_id
MATCH (n:Address|CashOutPoint|Cluster|Contact|Exhibit|Image|Judgement|Listing|Market|PGPKey
         |Persona|Service|Substance|Tag|Transaction|VendorAccount {key: $key})
WHERE $label IN labels(n)
MATCH (n)-[r:SHOWN_BY]->(e)
RETURN coalesce(e.at, r.at) AS at, e.key AS exhibit, head(labels(e)) AS kind,
       coalesce(e.uri, e.source, '') AS uri, r.states AS states, r.via AS via,
       r.record_id AS record_id
ORDER BY coalesce(at, -1), exhibit, kind, states, record_id
LIMIT $limit
