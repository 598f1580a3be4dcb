-- What SQL Server says for the words of storage/sql/README.md. $1 is what stands behind the word.

-- word: in
IN (SELECT CAST(value AS bigint) FROM OPENJSON(CAST(:$1 AS nvarchar(max))))

-- word: rows
OPENJSON(CAST(:rows AS nvarchar(max))) WITH ($columns) AS given

-- word: column
$1 $2

-- word: text
nvarchar(max)

-- word: integer
int

-- word: locked
WITH (ROWLOCK, UPDLOCK)

-- word: for_update

-- word: top
TOP (:$1)

-- word: limit

-- word: unless_there
