-- What SQLite says for the words of storage/sql/README.md. $1 is what stands behind the word.

-- word: in
IN (SELECT value FROM json_each(:$1))

-- word: rows
(SELECT $columns FROM json_each(:rows) LIMIT -1) AS given

-- word: column
value->>'$1' AS $1

-- word: locked

-- word: for_update

-- word: top

-- word: limit
LIMIT :$1

-- word: unless_there
ON CONFLICT DO NOTHING
