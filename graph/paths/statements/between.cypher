UNWIND $pairs AS pair
MATCH (n:__SOURCE__ {key: pair.source})
MATCH (o:__TARGET__ {key: pair.target})
CALL (n, o) {
  MATCH (n)-[r:__KINDS__]->(o)
  WHERE r.tier IN $tiers
    AND coalesce(r.party, 'vendor') = 'vendor'
    AND (NOT type(r) IN $money OR r.at IS NULL OR (r.at >= $since AND r.at < $until))
    AND (NOT type(r) IN $money
         OR coalesce(r.value_sat, r.traced_sat, o.value_sat, $minimum) >= $minimum)
  WITH r, CASE WHEN type(r) IN $money THEN coalesce(r.value_sat, r.traced_sat, o.value_sat)
          END AS amount_sat
  RETURN type(r) AS kind, amount_sat, r.at AS at, r.tier AS tier, r.rule AS rule,
         coalesce(r.confidence, '') AS confidence, r.record_id AS record_id,
         coalesce(r.txid, '') AS txid, coalesce(r.vout, -1) AS vout
  ORDER BY coalesce(amount_sat, -1) DESC, coalesce(at, -1), kind, record_id, txid, vout,
           coalesce(r.start_address, ''), coalesce(r.accounting, '')
  LIMIT $most
}
RETURN pair.source AS source, pair.target AS target, kind, amount_sat, at, tier, rule,
       confidence, record_id, txid, vout
