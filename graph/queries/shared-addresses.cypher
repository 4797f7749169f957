// title: Which addresses do several vendor accounts name?
// group: sharing
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 200 -- at most so many rows
// column address: string -- the address
// column n_vendors: integer -- how many vendor accounts
// column vendors: list -- vendor accounts
// column records: list -- records that state it
// order: n_vendors descending, address
MATCH (v:VendorAccount)-[r:NAMES {party: 'vendor'}]->(a:Address)
WITH a, v, r ORDER BY v.key, r.record_id
WITH a, collect(DISTINCT v.key) AS vendors, collect(DISTINCT r.record_id) AS records
WHERE size(vendors) > 1 AND ($vendor = '' OR $vendor IN vendors)
RETURN a.key AS address, size(vendors) AS n_vendors, vendors, records
ORDER BY n_vendors DESC, address
LIMIT $limit
