MATCH (a:__LABEL__ {key: $source})-[r]->(b:__OTHER__ {key: $target})
WHERE coalesce(r.party, 'vendor') <> 'third'
RETURN type(r) AS kind, r.record_id AS record_id, properties(r) AS properties
ORDER BY kind, coalesce(r.at, -1), record_id, coalesce(r.vout, -1)
SKIP $skip LIMIT $most
