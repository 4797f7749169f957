// title: Which accounts bear the same name?
// group: sharing
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param limit: integer = 200 -- at most so many rows
// column handle: string -- the name, in small letters
// column n_vendors: integer -- how many vendor accounts
// column vendors: list -- vendor accounts
// order: n_vendors descending, vendors
MATCH (v:VendorAccount)
WITH toLower(v.handle) AS handle, v ORDER BY v.key
WITH handle, collect(v.key) AS vendors
WHERE size(vendors) > 1 AND ($vendor = '' OR $vendor IN vendors)
RETURN handle, size(vendors) AS n_vendors, vendors
ORDER BY n_vendors DESC, vendors
LIMIT $limit
