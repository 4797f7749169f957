// title: What is within so many steps of a node, before a time?
// group: ways
// param label: label -- label of the node (Address, VendorAccount, …)
// param key: string -- key of the node
// param hops: integer 1..4 = 2 -- at most so many steps
// param before: time = 9007199254740991 -- only over relationships before this time, or without a time
// param busy: integer 1..100000 = 50 -- not beyond nodes with more relationships than this
// param limit: integer = 500 -- at most so many rows
// column depth: integer -- steps to it
// column other_label: string -- label of the other node
// column other_key: string -- key of the other node
// column name: string -- name of the other node, or empty
// order: depth, other_label, other_key
MATCH (n:Address|CashOutPoint|Cluster|Contact|Exhibit|Image|Judgement|Listing|Market|PGPKey
         |Persona|Service|Substance|Tag|Transaction|VendorAccount {key: $key})
WHERE $label IN labels(n)
CALL (n) {
  MATCH (n)-[r:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(x)
  WHERE coalesce(r.at, 0) < $before
  RETURN DISTINCT x, 1 AS depth
  UNION ALL
  MATCH (n)-[r:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(a)
  WHERE $hops >= 2 AND coalesce(r.at, 0) < $before
  WITH DISTINCT a
  WHERE NOT a:Service AND COUNT { (a)--() } <= $busy
  MATCH (a)-[s:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(x)
  WHERE coalesce(s.at, 0) < $before
  RETURN DISTINCT x, 2 AS depth
  UNION ALL
  MATCH (n)-[r:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(a)
  WHERE $hops >= 3 AND coalesce(r.at, 0) < $before
  WITH DISTINCT a
  WHERE NOT a:Service AND COUNT { (a)--() } <= $busy
  MATCH (a)-[s:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(b)
  WHERE coalesce(s.at, 0) < $before
  WITH DISTINCT b
  WHERE NOT b:Service AND COUNT { (b)--() } <= $busy
  MATCH (b)-[t:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(x)
  WHERE coalesce(t.at, 0) < $before
  RETURN DISTINCT x, 3 AS depth
  UNION ALL
  MATCH (n)-[r:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(a)
  WHERE $hops >= 4 AND coalesce(r.at, 0) < $before
  WITH DISTINCT a
  WHERE NOT a:Service AND COUNT { (a)--() } <= $busy
  MATCH (a)-[s:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(b)
  WHERE coalesce(s.at, 0) < $before
  WITH DISTINCT b
  WHERE NOT b:Service AND COUNT { (b)--() } <= $busy
  MATCH (b)-[t:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(c)
  WHERE coalesce(t.at, 0) < $before
  WITH DISTINCT c
  WHERE NOT c:Service AND COUNT { (c)--() } <= $busy
  MATCH (c)-[u:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(x)
  WHERE coalesce(u.at, 0) < $before
  RETURN DISTINCT x, 4 AS depth
}
WITH n, x, min(depth) AS depth
WHERE x <> n
RETURN depth, head(labels(x)) AS other_label, x.key AS other_key, coalesce(x.name, '') AS name
ORDER BY depth, other_label, other_key
LIMIT $limit
