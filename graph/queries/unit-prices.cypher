// title: What does a substance cost per unit, by vendor, market and month?
// group: offers
// param substance: string -- key of the substance (as in a reading, e.g. cannabis_resin)
// param market: string = "" -- only this market; empty for all
// param limit: integer = 500 -- at most so many rows
// column month: string -- month (UTC), as YYYY-MM
// column market: string -- the market
// column vendor: string -- vendor account
// column unit: string -- g, unit or ml
// column currency: string -- currency of the prices
// column n: integer -- how many prices
// column lowest: string -- lowest price per unit
// column middle: string -- middle price per unit (of an even number the higher)
// column highest: string -- highest price per unit
// order: month, market, vendor, unit, currency
MATCH (l:Listing)-[:OFFERS]->(:Substance {key: $substance})
WHERE l.unit_price IS NOT NULL AND l.unit IS NOT NULL AND l.last_at IS NOT NULL
  AND ($market = '' OR l.market = $market)
WITH DISTINCT l
OPTIONAL MATCH (v:VendorAccount)-[:SELLS]->(l)
WITH l, coalesce(v.key, '') AS vendor
WITH l, vendor, l.last_at / 86400000 + 719468 AS z
WITH l, vendor, z / 146097 AS era, z % 146097 AS doe
WITH l, vendor, era, doe, (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365 AS yoe
WITH l, vendor, yoe + era * 400 AS y, (5 * (doe - (365 * yoe + yoe / 4 - yoe / 100)) + 2) / 153 AS mp
WITH l, vendor, toString(CASE WHEN mp < 10 THEN y ELSE y + 1 END) + '-'
     + right('0' + toString(CASE WHEN mp < 10 THEN mp + 3 ELSE mp - 9 END), 2) AS month
WITH month, l.market AS market, vendor, l.unit AS unit,
     coalesce(l.unit_price_currency, '') AS currency, l.unit_price AS price, l
ORDER BY toFloat(price), price, l.key
WITH month, market, vendor, unit, currency, collect(price) AS prices
RETURN month, market, vendor, unit, currency, size(prices) AS n, prices[0] AS lowest,
       prices[size(prices) / 2] AS middle, prices[size(prices) - 1] AS highest
ORDER BY month, market, vendor, unit, currency
LIMIT $limit
