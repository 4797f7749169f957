// title: What is new since my last look?
// group: life
// param since: time = 0 -- not before this time
// param record_id: string = "" -- since the time of this record; empty for the time above
// param limit: integer = 500 -- at most so many rows
// column at: integer -- when, in epoch milliseconds, or null
// column relationship: string -- type of the relationship
// column from_label: string -- label of its beginning
// column from_key: string -- key of its beginning
// column to_label: string -- label of its end
// column to_key: string -- key of its end
// column rule: string -- rule that made it
// column tier: string -- structural, heuristic, attribution, captured or judged
// column record_id: string -- record that states it
// order: at, relationship, from_label, from_key, to_label, to_key, record_id
CALL () {
  MATCH ()-[x]->()
  WHERE $record_id <> '' AND x.record_id = $record_id
  RETURN coalesce(max(x.at), 0) AS looked_at
}
WITH CASE WHEN looked_at > $since THEN looked_at ELSE $since END AS looked_at
MATCH (a)-[r:NAMES|SELLS|OFFERS|SHOWS|ACTIVE_ON|LOOKS_LIKE|JUDGED|PART_OF|CASHES_OUT_AT|TRACED_TO]->(b)
WHERE r.at > looked_at
RETURN r.at AS at, type(r) AS relationship, head(labels(a)) AS from_label, a.key AS from_key,
       head(labels(b)) AS to_label, b.key AS to_key, r.rule AS rule, r.tier AS tier,
       r.record_id AS record_id
ORDER BY at, relationship, from_label, from_key, to_label, to_key, record_id,
         coalesce(r.status, ''), coalesce(r.party, ''), coalesce(r.start_address, ''),
         coalesce(r.accounting, ''), coalesce(r.traced_sat, -1)
LIMIT $limit
