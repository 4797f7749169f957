UNWIND $sources AS source
MATCH (a:__LABEL__ {key: source})-[r:__KIND__]->(b:__OTHER__)
WHERE b.key IN $targets AND coalesce(r.party, 'vendor') <> 'third'
RETURN a.key AS source, b.key AS target, type(r) AS kind, properties(r) AS properties
ORDER BY source, target, kind, r.record_id, coalesce(r.txid, ''), coalesce(r.vout, -1),
         coalesce(r.start_address, '')
LIMIT $most
