#!/usr/bin/env python3
"""Holds what is sent to SQL Server to a subset of T-SQL that SQL Server 2016 and its relatives understand alike
(storage/sql/README.md). It looks at the statements that a connection to SQL Server gets, those of common that it does
not override included, at the migrations and at the session's settings.

Each rule comes with a text that breaks it, and the lint begins by finding all of those."""
import pathlib
import re
import sys
from typing import Callable, NamedTuple

from sql_words import spelt
from tsql_schema import Schema, blanked

SQL = pathlib.Path("storage/sql")

# https://learn.microsoft.com/sql/t-sql/language-elements/reserved-keywords-transact-sql
RESERVED = frozenset("""
add all alter and any as asc authorization backup begin between break browse bulk by cascade case check checkpoint close
clustered coalesce collate column commit compute constraint contains containstable continue convert create cross current
current_date current_time current_timestamp current_user cursor database dbcc deallocate declare default delete deny desc
disk distinct distributed double drop dump else end errlvl escape except exec execute exists exit external fetch file
fillfactor for foreign freetext freetexttable from full function goto grant group having holdlock identity
identity_insert identitycol if in index inner insert intersect into is join key kill left like lineno load merge national
nocheck nonclustered not null nullif of off offsets on open opendatasource openquery openrowset openxml option or order
outer over percent pivot plan precision primary print proc procedure public raiserror read readtext reconfigure
references replication restore restrict return revert revoke right rollback rowcount rowguidcol rule save schema
securityaudit select session_user set setuser shutdown some statistics system_user table tablesample textsize then to top
tran transaction trigger truncate try_convert tsequal union unique unpivot update updatetext use user values varying view
waitfor when where while with within writetext""".split())
HINTS = {"ROWLOCK", "READPAST", "UPDLOCK", "HOLDLOCK", "FORCESEEK"}
# With these, whoever writes may write to tables with filtered indexes; the others are what the program counts on.
SETTINGS = ["QUOTED_IDENTIFIER ON", "ANSI_NULLS ON", "ANSI_PADDING ON", "ANSI_WARNINGS ON", "ARITHABORT ON",
            "CONCAT_NULL_YIELDS_NULL ON", "NUMERIC_ROUNDABORT OFF", "XACT_ABORT ON", "NOCOUNT OFF",
            "IMPLICIT_TRANSACTIONS OFF", "TRANSACTION ISOLATION LEVEL READ COMMITTED", "LOCK_TIMEOUT ${timeout}"]


class Statement(NamedTuple):
    place: str  # "storage/sql/mssql/queries/job.sql: job_claim"
    code: str  # without comments, texts blanked


class Rule(NamedTuple):
    name: str
    advice: str
    finds: Callable[[str, Schema], bool]
    bad: str  # breaks it


def pattern(name, advice, expression, bad):
    compiled = re.compile(expression, re.I | re.S)
    return Rule(name, advice, lambda code, _: compiled.search(code) is not None, bad)


def has_foreign_target(code, schema):
    targets = re.findall(r"\b(?:UPDATE|DELETE\s+FROM|DELETE|INSERT\s+INTO)\s+(?!FROM\b|INTO\b)(\w+)(\s+AS\b|\s+\w+)?",
                         code, re.I)
    follow = ("", "SET", "WITH", "OUTPUT", "WHERE", "SELECT")
    return any(name.lower() not in schema.tables or after.strip().upper() not in follow for name, after in targets)


def has_bare_json(code, _):
    whole = re.findall(r"\bOPENJSON\(CAST\(:\w+ AS nvarchar\(max\)\)\)", code)
    return len(re.findall(r"\bOPENJSON\b", code, re.I)) != len(whole)


def has_text_output(code, schema):
    target = re.match(r"\s*(?:UPDATE|INSERT INTO|DELETE FROM|DELETE)\s+(\w+)", code, re.I)
    table = target[1].lower() if target else ""
    end = r"(?=\bFROM\b|\bWHERE\b|\bVALUES\b|\bSELECT\b|;|$)"
    for clause in re.findall(r"\bOUTPUT\s+((?:inserted|deleted|N'').*?)" + end, code, re.I | re.S):
        for item in clause.split(","):
            column = re.fullmatch(r"(?:inserted|deleted)\.(\w+)", item.strip(), re.I)
            if item.strip() != "N''" and (not column or not schema.is_number(column[1].lower(), table)):
                return True
    return False


def has_foreign_hint(code, _):
    lists = re.findall(r"\bWITH\s*\(\s*([A-Za-z]+(?:\s*,\s*[A-Za-z]+)*)\s*\)", code)
    return any(hint.strip() not in HINTS for hints in lists for hint in hints.split(","))


def skips_without_second_look(code, _):
    if not re.search(r"\bREADPAST\b", code, re.I):
        return False
    return not re.search(r"\bUPDLOCK\b", code, re.I) or not re.search(r"\)\s*AND state \+ 0 = \d", code, re.S)


def has_reserved_name(code, _):
    defined = re.findall(r"\bAS\s+(\w+)(?!\s*\()", re.sub(r"\bCAST\s*\(.*?\bAS\s+\w+(?:\(\w+\))?\s*\)", "", code), re.I)
    defined += re.findall(r"\.(\w+)", code)
    defined += re.findall(r"\bCREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX)\s+(\w+)", code, re.I)
    for columns in re.findall(r"\b(?:OPENJSON\(.*?\)\)\)\s*WITH|CREATE\s+TABLE\s+\w+)\s*\((.*)\)", code, re.I | re.S):
        defined += re.findall(r"(?:^|,)\s*(\w+)\s+(?:bigint|int|smallint|nvarchar|varbinary)\b", columns, re.I)
    return any(name.lower() in RESERVED for name in defined)


RULES = [
    # What other databases understand.
    pattern("limit", "say TOP (n), or OFFSET … ROWS FETCH NEXT … ROWS ONLY",
            r"\bLIMIT\b", "SELECT id FROM job LIMIT :count;"),
    pattern("offset", "say OFFSET n ROWS",
            r"\bOFFSET\s+\S+(?!\S)(?!\s+ROWS?\b)", "SELECT id FROM job ORDER BY id OFFSET :keep;"),
    pattern("returning", "say OUTPUT", r"\bRETURNING\b", "DELETE FROM job RETURNING id;"),
    pattern("on_conflict", "say INSERT … SELECT … WHERE NOT EXISTS",
            r"\bON\s+CONFLICT\b", "INSERT INTO lane (id) VALUES (1) ON CONFLICT DO NOTHING;"),
    pattern("concatenation", "say CONCAT(a, b)", r"\|\|", "SELECT queue || type FROM lane;"),
    pattern("boolean", "there are no boolean values; compare with 1",
            r"\b(?:TRUE|FALSE)\b", "SELECT id FROM job WHERE true;"),
    pattern("predicate_as_value", "a condition has no value that = could compare", r"(?:\bNULL|[<>=]\s*\d+)\s*\)\s*(?:=|<>)\s*\(",
            "SELECT id FROM job WHERE (state >= 4) = (finished_at IS NOT NULL);"),
    pattern("distinct_from", "say a = b OR (a IS NULL AND b IS NULL)", r"\bIS\s+(?:NOT\s+)?DISTINCT\s+FROM\b",
            "SELECT id FROM job WHERE batch IS NOT DISTINCT FROM creator;"),
    pattern("cast_type", "cast to bigint, int or nvarchar(max)", r"\bAS\s+(?:text|boolean|json|bytea|blob|real|double|date|timestamp)\s*\)",
            "SELECT CAST(id AS text) FROM job;"),
    pattern("colons", "say CAST(x AS t)", r"::", "SELECT id::bigint FROM job;"),
    pattern("row_values", "compare column by column", r"(?<![\w)])\([\w.:]+(?:\s*,\s*[\w.:]+)+\)\s*(?:=|<|>|IN\b)",
            "SELECT id FROM job WHERE (due_at, id) > (:key, :id);"),
    pattern("foreign_lock", "say WITH (UPDLOCK, READPAST)",
            r"\bFOR\s+UPDATE\b|\bSKIP\s+LOCKED\b", "SELECT id FROM job FOR UPDATE SKIP LOCKED;"),
    pattern("lateral", "say CROSS APPLY", r"\bLATERAL\b", "SELECT id FROM lane CROSS JOIN LATERAL (SELECT 1) AS x;"),
    pattern("foreign_clause", "T-SQL has no such clause", r"\bUSING\b|\bNULLS\s+(?:FIRST|LAST)\b|\bFILTER\s*\(|\bNATURAL\s+JOIN\b|\bILIKE\b|\bPRAGMA\b|\bNOTIFY\b",
            "SELECT id FROM job ORDER BY due_at NULLS LAST;"),
    pattern("foreign_function", "SQL Server 2016 has no such function",
            r"->|\b(?:json_each|json_to_recordset|json_extract|unnest|array|length|substr|now|random|ifnull|strftime|unixepoch|extract|"
            r"greatest|least|string_agg|concat_ws|trim|translate|generate_series|json_object|json_array|datetrunc|pg_\w+)\s*\(",
            "SELECT GREATEST(due_at, created_at) FROM job;"),
    pattern("if_not_exists", "ask sys.tables first",
            r"\bCREATE\s+(?:UNIQUE\s+)?\w+\s+IF\s+NOT\s+EXISTS\b",
            "CREATE TABLE IF NOT EXISTS job (id bigint NOT NULL);"),
    pattern("begin", "say BEGIN TRANSACTION",
            r"^\s*BEGIN\b(?!\s+TRANSACTION\b)", "BEGIN ISOLATION LEVEL REPEATABLE READ;"),
    pattern("double_quotes", "name it so that it needs no quotes", r"[\"`]", 'SELECT "count" FROM job_counter;'),
    # What not all servers understand, or what misleads.
    pattern("merge", "MERGE has races; say UPDATE, then INSERT … WHERE NOT EXISTS", r"\bMERGE\b",
            "MERGE job_counter AS t USING job AS s ON t.lane = s.lane WHEN MATCHED THEN DELETE;"),
    pattern("cte_target", "write to the table itself", r"^\s*WITH\s+\w+.*?\bAS\s*\(.*\)\s*(?:UPDATE|DELETE|INSERT)\b",
            "WITH best AS (SELECT TOP (1) id FROM job) UPDATE best SET state = 3;"),
    Rule("target", "write to a table of ours by its own name", has_foreign_target,
         "UPDATE j SET state = 3 FROM job AS j;"),
    pattern("inline_index", "create indexes apart",
            r"\bCREATE\s+TABLE\b.*\bINDEX\b", "CREATE TABLE t (id bigint NOT NULL, INDEX i (id));"),
    pattern("create_or_alter", "create it",
            r"\bCREATE\s+OR\s+ALTER\b", "CREATE OR ALTER VIEW v AS SELECT id FROM job;"),
    pattern("waitfor", "wait in the program", r"\bWAITFOR\b", "WAITFOR DELAY '00:00:01';"),
    Rule("json_argument", "say OPENJSON(CAST(:rows AS nvarchar(max)))", has_bare_json,
         "SELECT id FROM OPENJSON(:rows) WITH (id bigint) AS given;"),
    Rule("output", "return numbers, and read texts afterwards", has_text_output,
         "UPDATE job SET state = 3 OUTPUT inserted.id, inserted.arguments WHERE id = 1;"),
    pattern("last_id", "ask by a key of ours",
            r"@@(?:ROWCOUNT|IDENTITY)\b|\b(?:SCOPE_IDENTITY|IDENT_CURRENT)\b", "SELECT SCOPE_IDENTITY();"),
    pattern("index_names", "keep count in schema_migration",
            r"\bsys\.indexes\b", "SELECT 1 FROM sys.indexes WHERE name = N'job_ready';"),
    pattern("top", "put the number into parentheses", r"\bTOP\b(?!\s*\()", "SELECT TOP 10 id FROM job;"),
    Rule("hints", "use only " + ", ".join(sorted(HINTS)), has_foreign_hint, "SELECT id FROM job WITH (NOLOCK);"),
    Rule("second_look", "a server may ignore READPAST: lock (UPDLOCK) and look at the state again (AND state + 0 = …)",
         skips_without_second_look, "UPDATE job SET state = 3 WHERE id IN (SELECT id FROM job WITH (ROWLOCK, READPAST, UPDLOCK));"),
    pattern("clock", "the one clock is SYSUTCDATETIME()",
            r"\b(?:GETDATE|GETUTCDATE|SYSDATETIME|CURRENT_TIMESTAMP)\b", "SELECT GETDATE();"),
    pattern("temporary", "send the rows as JSON", r"#\w|@\w+\s+TABLE\b", "SELECT id FROM #chosen;"),
    pattern("alter", "not all servers can: no ALTER COLUMN, ALTER INDEX, ALTER DATABASE, LOCK_ESCALATION",
            r"\bALTER\s+(?:COLUMN|INDEX|DATABASE)\b|\bLOCK_ESCALATION\b", "ALTER TABLE job SET (LOCK_ESCALATION = DISABLE);"),
    pattern("add", "one column for each ADD",
            r"\bADD\s+\w+\s+\w+(?:\([^)]*\))?[^;(),]*,", "ALTER TABLE job ADD colour int NULL, shape int NULL;"),
    pattern("go", "GO is for people's tools", r"^\s*GO\s*$|\n\s*GO\s*\n", "SELECT 1\nGO\n;"),
    Rule("reserved", "T-SQL reserves that word; give it another name", has_reserved_name,
         "SELECT lane AS plan FROM job;"),
]


def statements_in(text):
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return [part.strip() + ";" for part in re.split(r";[ \t]*$", code, flags=re.M) if part.strip()]


def queries():
    """What a connection to SQL Server gets: common, overlaid by mssql."""
    found = {}
    for folder in ("common", "mssql"):
        for file in sorted((SQL / folder / "queries").glob("*.sql")):
            for block in re.split(r"^-- name: ", file.read_text(encoding="utf-8"), flags=re.M)[1:]:
                name, text = block.split("\n", 1)
                found[name] = [Statement(f"{file}: {name}", blanked(code)) for code in statements_in(spelt(text, "mssql"))]
    return [statement for group in found.values() for statement in group]


def migrations():
    for file in sorted((SQL / "mssql" / "migrations").glob("*.sql")):
        for code in statements_in(file.read_text(encoding="utf-8")):
            yield Statement(f"{file}: {' '.join(code.split()[:4])}", blanked(code))


def faults_of_session():
    file = SQL / "mssql" / "session.sql"
    told = [code[:-1] for code in statements_in(file.read_text(encoding="utf-8"))]
    yield from (f"{file}: setting: {one} must be one SET" for one in told if not re.fullmatch(r"SET [^;\n]+", one))
    yield from (f"{file}: setting: SET {one} is missing" for one in SETTINGS if f"SET {one}" not in told)


def main():
    changes = list(migrations())
    schema = Schema(statement.code for statement in changes)
    schema.tables.setdefault("schema_migration", {})
    faults = [f"tsql.py: {rule.name}: does not find its own example"
              for rule in RULES if not rule.finds(blanked(rule.bad), schema)]
    faults += [f"tsql_schema.py: {fault}" for fault in Schema.blind_spots()]
    for statement in [*queries(), *changes]:
        faults += [f"{statement.place}: {rule.name}: {rule.advice}"
                   for rule in RULES if rule.finds(statement.code, schema)]
    faults += [f"{SQL / 'mssql' / 'migrations'}: {fault}" for fault in schema.faults()]
    twin = Schema(blanked(code) for file in sorted((SQL / "postgres" / "migrations").glob("*.sql"))
                  for code in statements_in(file.read_text(encoding="utf-8")))
    faults += [f"{SQL / 'mssql' / 'migrations'}: {fault}" for fault in schema.differences(twin)]
    faults += faults_of_session()
    print("\n".join(faults), file=sys.stderr)
    sys.exit(bool(faults))


main()
