UNWIND $keys AS key
CALL (key) {
  MATCH (:Address {key: key})-[:TAGGED_AS]->(s:Service)
  RETURN 'tagged_service' AS why, s.key AS detail
  UNION
  MATCH (:Address {key: key})<-[r:TRACED_TO]-(:Address)
  WHERE r.stop_reason = 'mix'
  RETURN 'mix' AS why, '' AS detail
}
RETURN key, why, detail
ORDER BY key, why, detail
