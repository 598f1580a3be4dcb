-- What PostgreSQL says for the words of storage/sql/README.md. $1 is what stands behind the word.

-- word: in
= ANY (CAST(translate(:$1, '[]', '{}') AS bigint[]))

-- word: rows
json_to_recordset(CAST(:rows AS json)) AS given ($columns)

-- word: column
$1 $2

-- word: locked

-- word: for_update
FOR UPDATE

-- word: top

-- word: limit
LIMIT :$1

-- word: unless_there
ON CONFLICT DO NOTHING
