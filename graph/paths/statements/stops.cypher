UNWIND $keys AS key
MATCH (a:Address {key: key})
WHERE EXISTS { (a)-[:TAGGED_AS]->() } OR EXISTS { (a)<-[:TRACED_TO]-() }
WITH key, [(a)-[:TAGGED_AS]->(s) | s.key] AS services,
     [(a)<-[r:TRACED_TO]-(x) WHERE r.stop_reason = 'mix' | x.key] AS mixed
WHERE size(services) > 0 OR size(mixed) > 0
RETURN key, services
