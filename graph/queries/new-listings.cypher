// title: Which listings were first seen since a time?
// group: life
// param since: time = 0 -- not before this time
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param market: string = "" -- only this market; empty for all
// param limit: integer = 200 -- at most so many rows
// column listing: string -- the listing
// column vendor: string -- vendor account
// column name: string -- name to show, or empty
// column price_amount: string -- price as displayed, or empty
// column price_currency: string -- its currency, or empty
// column first_at: integer -- the first time, in epoch milliseconds, or null
// order: first_at, listing, vendor
MATCH (l:Listing)
WHERE ($market = '' OR l.market = $market) AND l.first_at >= $since
OPTIONAL MATCH (v:VendorAccount)-[:SELLS]->(l)
WITH l, coalesce(v.key, '') AS vendor
WHERE $vendor = '' OR vendor = $vendor
RETURN l.key AS listing, vendor, coalesce(l.name, '') AS name,
       coalesce(l.price_amount, '') AS price_amount,
       coalesce(l.price_currency, '') AS price_currency, l.first_at AS first_at
ORDER BY first_at, listing, vendor
LIMIT $limit
