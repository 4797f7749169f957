MATCH (:Transaction {key: $txid})-[r:PAYS]->(a:Address)
WHERE r.vout = $vout
RETURN DISTINCT a.key AS key
ORDER BY key
