UNWIND $keys AS key
MATCH (n:__LABEL__ {key: key})<-[r:__KINDS__]-(o)
WHERE r.tier IN $tiers AND (r.at IS NULL OR (r.at >= $since AND r.at < $until))
  AND coalesce(r.value_sat, r.traced_sat, n.value_sat, $minimum) >= $minimum
WITH key, head(labels(o)) AS label, o.key AS other,
     max(coalesce(r.value_sat, r.traced_sat, n.value_sat, -1)) AS amount
ORDER BY key, amount DESC, label, other
WITH key, collect([label, other]) AS found
RETURN key, found[0..$most] AS found, size(found) AS n
