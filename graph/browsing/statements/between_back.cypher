UNWIND $targets AS target
MATCH (b:__OTHER__ {key: target})<-[r:__KIND__]-(a:__LABEL__)
WHERE a.key IN $sources AND coalesce(r.party, 'vendor') <> 'third'
RETURN a.key AS source, b.key AS target, type(r) AS kind, r.tier AS tier, count(r) AS n,
       min(r.at) AS first, max(r.at) AS last, sum(coalesce(r.value_sat, r.traced_sat, 0)) AS sat,
       min(r.record_id) AS record_id, min(r.rule) AS rule, min(r.confidence) AS confidence
ORDER BY source, target, kind, tier
LIMIT $most
