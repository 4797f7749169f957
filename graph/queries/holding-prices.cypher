// title: Which listings carry a price that nobody is meant to pay?
// group: life
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param market: string = "" -- only this market; empty for all
// param limit: integer = 200 -- at most so many rows
// column listing: string -- the listing
// column vendor: string -- vendor account
// column name: string -- name to show, or empty
// column price_amount: string -- price as displayed, or empty
// column price_currency: string -- its currency, or empty
// column last_at: integer -- the last time, in epoch milliseconds, or null
// order: listing, vendor
MATCH (l:Listing {status: 'holding_price'})
WHERE $market = '' OR l.market = $market
OPTIONAL MATCH (v:VendorAccount)-[:SELLS]->(l)
WITH l, coalesce(v.key, '') AS vendor
WHERE $vendor = '' OR vendor = $vendor
RETURN l.key AS listing, vendor, coalesce(l.name, '') AS name,
       coalesce(l.price_amount, '') AS price_amount,
       coalesce(l.price_currency, '') AS price_currency, l.last_at AS last_at
ORDER BY listing, vendor
LIMIT $limit
