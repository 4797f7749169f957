// title: Which accounts bear the same name with other keys?
// group: people
// param limit: integer = 200 -- at most so many rows
// column handle: string -- the name, in small letters
// column vendor_a: string -- one account
// column vendor_b: string -- the other
// column keys_a: list -- keys of the one
// column keys_b: list -- keys of the other
// order: vendor_a, vendor_b
MATCH (v:VendorAccount)-[:NAMES {party: 'vendor'}]->(k:PGPKey)
WITH v, k ORDER BY k.key
WITH v, toLower(v.handle) AS handle, collect(DISTINCT k.key) AS keys
WITH handle, v, keys ORDER BY v.key
WITH handle, collect(v.key) AS accounts, collect(keys) AS all_keys
WHERE size(accounts) > 1
UNWIND range(0, size(accounts) - 2) AS i
UNWIND range(i + 1, size(accounts) - 1) AS j
WITH handle, accounts[i] AS vendor_a, accounts[j] AS vendor_b, all_keys[i] AS keys_a,
     all_keys[j] AS keys_b
WHERE none(key IN keys_a WHERE key IN keys_b)
RETURN handle, vendor_a, vendor_b, keys_a, keys_b
ORDER BY vendor_a, vendor_b
LIMIT $limit
