MERGE (l:VestigoLock {key: 'writer'})
SET l.taken = coalesce(l.taken, 0) + 1
