MATCH (n:__LABEL__ {key: $key})<-[r:__KIND__]-(o:__OTHER__)
WHERE coalesce(r.party, 'vendor') <> 'third'
WITH o.key AS key, max(coalesce(r.value_sat, r.traced_sat, 0)) AS amount
RETURN key, amount
ORDER BY amount DESC, key
SKIP $skip LIMIT $most
