// title: Which contacts do several vendor accounts give?
// group: sharing
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 200 -- at most so many rows
// column contact: string -- the contact (kind:value)
// column kind: string -- what kind it is
// column n_vendors: integer -- how many vendor accounts
// column vendors: list -- vendor accounts
// column records: list -- records that state it
// order: n_vendors descending, contact
MATCH (v:VendorAccount)-[r:NAMES {party: 'vendor'}]->(c:Contact)
WITH c, v, r ORDER BY v.key, r.record_id
WITH c, collect(DISTINCT v.key) AS vendors, collect(DISTINCT r.record_id) AS records
WHERE size(vendors) > 1 AND ($vendor = '' OR $vendor IN vendors)
RETURN c.key AS contact, c.contact_kind AS kind, size(vendors) AS n_vendors, vendors, records
ORDER BY n_vendors DESC, contact
LIMIT $limit
