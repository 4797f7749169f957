// title: On which subjects did a later judgement say otherwise?
// group: people
// param limit: integer = 200 -- at most so many rows
// column subject: string -- what was judged
// column n: integer -- how many judgements
// column verdicts: list -- what was decided, in time order
// column persons: list -- who decided, in time order
// column last_at: integer -- the last time, in epoch milliseconds, or null
// order: subject
MATCH (j:Judgement)
WITH j ORDER BY coalesce(j.at, -1), j.record_id
WITH j.subject AS subject, collect(j.verdict) AS verdicts, collect(j.person) AS persons,
     max(j.at) AS last_at, count(DISTINCT j.verdict) AS n_verdicts
WHERE n_verdicts > 1
RETURN subject, size(verdicts) AS n, verdicts, persons, last_at
ORDER BY subject
LIMIT $limit
