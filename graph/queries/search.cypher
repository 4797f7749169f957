// title: Where do these words occur?
// group: overview
// param text: words -- words to find, all of them; "in quotes" together; a* for every word that begins so
// param limit: integer = 100 -- at most so many rows
// column label: string -- label of the node
// column key: string -- key of the node
// column name: string -- name to show, or empty
// column n_words: integer -- how many words its text has
// column found: list -- words as they were searched
// order: label, n_words, key
CALL () {
  MATCH (n:Contact)
  WHERE n.folded CONTAINS $text[0] AND all(word IN $text WHERE n.folded CONTAINS word)
  RETURN n
  UNION
  MATCH (n:Listing)
  WHERE n.folded CONTAINS $text[0] AND all(word IN $text WHERE n.folded CONTAINS word)
  RETURN n
  UNION
  MATCH (n:Service)
  WHERE n.folded CONTAINS $text[0] AND all(word IN $text WHERE n.folded CONTAINS word)
  RETURN n
  UNION
  MATCH (n:Substance)
  WHERE n.folded CONTAINS $text[0] AND all(word IN $text WHERE n.folded CONTAINS word)
  RETURN n
  UNION
  MATCH (n:VendorAccount)
  WHERE n.folded CONTAINS $text[0] AND all(word IN $text WHERE n.folded CONTAINS word)
  RETURN n
  UNION
  MATCH (n:Address)
  WHERE n.key IN $text_typed
  RETURN n
  UNION
  MATCH (n:Address)
  WHERE $text_prefix <> '' AND n.key STARTS WITH $text_prefix
  RETURN n
  UNION
  MATCH (n:PGPKey)
  WHERE n.key IN $text_typed
  RETURN n
  UNION
  MATCH (n:PGPKey)
  WHERE $text_prefix <> '' AND n.key STARTS WITH $text_prefix
  RETURN n
  UNION
  MATCH (n:Transaction)
  WHERE n.key IN $text_typed
  RETURN n
  UNION
  MATCH (n:Transaction)
  WHERE $text_prefix <> '' AND n.key STARTS WITH $text_prefix
  RETURN n
}
RETURN head(labels(n)) AS label, n.key AS key, coalesce(n.name, '') AS name,
       CASE WHEN n.folded IS NULL THEN 1 ELSE size(split(n.folded, ' ')) - 2 END AS n_words,
       $text AS found
ORDER BY label, n_words, key
LIMIT $limit
