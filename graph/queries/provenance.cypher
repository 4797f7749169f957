// title: Why is a relationship there: which record, which exhibits?
// group: evidence
// param record_id: string -- record id of the relationship
// param limit: integer = 500 -- at most so many rows
// column relationship: string -- relationship that the record states (SHOWN_BY: its evidence)
// column from_label: string -- label of its beginning
// column from_key: string -- key of its beginning
// column to_label: string -- label of its end
// column to_key: string -- key of its end
// column rule: string -- rule that made it
// column tier: string -- structural, heuristic, attribution, captured or judged
// column confidence: string -- confidence, or empty
// column at: integer -- time in epoch milliseconds, or null
// column n_records: integer -- records that say the same
// column via: list -- records between this one and the evidence
// column uri: string -- address of the captured page, source of the tag, or empty
// order: evidence last, relationship, from_label, from_key, to_label, to_key, at, detail
MATCH (a)-[r {record_id: $record_id}]->(b)
RETURN type(r) AS relationship, head(labels(a)) AS from_label, a.key AS from_key,
       head(labels(b)) AS to_label, b.key AS to_key, r.rule AS rule, r.tier AS tier,
       coalesce(r.confidence, '') AS confidence, r.at AS at, r.n_records AS n_records,
       coalesce(r.via, []) AS via,
       CASE WHEN type(r) = 'SHOWN_BY' THEN coalesce(b.uri, b.source, '') ELSE '' END AS uri
ORDER BY CASE WHEN relationship = 'SHOWN_BY' THEN 1 ELSE 0 END, relationship, from_label,
         from_key, to_label, to_key, coalesce(at, -1), coalesce(r.txid, ''), coalesce(r.vout, -1),
         coalesce(r.start_address, ''), coalesce(r.accounting, ''), coalesce(r.status, ''),
         coalesce(r.party, '')
LIMIT $limit
