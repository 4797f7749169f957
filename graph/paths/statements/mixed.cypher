UNWIND $keys AS key
MATCH (:Address {key: key})<-[r:TRACED_TO]-(:Address)
WHERE r.stop_reason = 'mix'
RETURN DISTINCT key, 'mix' AS why, '' AS detail
