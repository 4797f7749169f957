UNWIND $keys AS key
MATCH (a:Address {key: key})
WHERE EXISTS { (a)<-[:TRACED_TO]-() }
MATCH (a)<-[r:TRACED_TO]-(x)
WHERE r.stop_reason = 'mix'
RETURN DISTINCT key, [] AS services
