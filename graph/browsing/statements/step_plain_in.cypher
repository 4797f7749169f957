MATCH (n:__LABEL__ {key: $key})<-[r:__KIND__]-(o:__OTHER__)
WHERE coalesce(r.party, 'vendor') <> 'third'
RETURN DISTINCT o.key AS key
ORDER BY key
SKIP $skip LIMIT $most
