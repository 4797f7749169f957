MATCH (s:Service)<-[:TAGGED_AS]-(a:Address)
WITH a.key AS key, min(s.key) AS detail
RETURN key, detail
LIMIT $most
