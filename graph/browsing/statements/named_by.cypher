UNWIND $keys AS key
MATCH (n:__LABEL__ {key: key})<-[r:NAMES]-()
WHERE coalesce(r.party, 'vendor') <> 'third'
RETURN DISTINCT n.key AS key
