UNWIND $keys AS key
CALL (key) {
  MATCH (n:__LABEL__ {key: key})-[r:__KINDS__]-(o)
  WHERE r.tier IN $tiers AND coalesce(r.party, 'vendor') = 'vendor'
  WITH DISTINCT head(labels(o)) AS label, o.key AS other
  ORDER BY label, other
  LIMIT $most
  RETURN label, other
}
RETURN key, label, other
