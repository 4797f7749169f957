UNWIND $keys AS key
MATCH (:Address {key: key})-[:TAGGED_AS]->(s:Service)
WITH key, min(s.key) AS detail
RETURN key, 'tagged_service' AS why, detail
