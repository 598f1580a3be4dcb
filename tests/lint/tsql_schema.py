"""What tsql.py needs to know of the tables: their columns, keys and indexes, read from the migrations."""
import re

# Bytes of a key: https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server
MOST_IN_CLUSTERED_KEY = 900
MOST_IN_KEY = 1700
COLLATION = "COLLATE Latin1_General_100_BIN2"
SIZES = {"bigint": 8, "int": 4, "smallint": 2}
# Beside those of all dialects.
OWN_TABLES = {"wake"}

# Migrations that break each rule on tables.
EXAMPLES = {
    "type": "CREATE TABLE t (id bigint NOT NULL, at datetime NOT NULL);",
    "nullability": "CREATE TABLE t (id bigint);",
    "collation": "CREATE TABLE t (name nvarchar(200) NOT NULL);",
    "key": "CREATE TABLE t (name nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL UNIQUE);",
    "key_size": "CREATE TABLE t (name nvarchar(451) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY);",
    "filter": "CREATE TABLE t (a bigint NOT NULL); CREATE INDEX i ON t (a) WHERE a = 1 OR a = 2;",
    "filter_column": "CREATE TABLE t (a bigint NOT NULL, b bigint NOT NULL); CREATE INDEX i ON t (a) WHERE b = 1;",
    "unique_null": "CREATE TABLE t (a bigint NULL); CREATE UNIQUE INDEX i ON t (a);",
}


def blanked(text):
    """`text` without what stands in quotes, which could look like code."""
    return re.sub(r"'(?:[^']|'')*'", "''", text)


def split_list(text):
    """At the commas outside of parentheses."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [" ".join(part.split()) for part in parts]


class Column:
    def __init__(self, text):
        self.name, rest = text.split(" ", 1)
        self.type = re.match(r"\w+(?:\s*\(\w+\))?", rest)[0].replace(" ", "").lower()
        self.text = rest
        self.is_nullable = re.search(r"\bNOT NULL\b", rest, re.I) is None

    def size(self):
        """In a key, in bytes; None: it may not be in one."""
        bounded = re.fullmatch(r"n?var\w+\((\d+)\)", self.type)
        if bounded:
            return int(bounded[1]) * (2 if self.type.startswith("n") else 1)
        return SIZES.get(self.type)


class Index:
    def __init__(self, name, table, is_unique, columns, included, condition):
        self.name, self.table, self.is_unique = name, table, is_unique
        self.columns, self.included, self.condition = columns, included, condition


class Schema:
    def __init__(self, statements):
        self.tables = {}  # name -> {name -> Column}
        self.keys = []  # (table, columns, whether clustered)
        self.indexes = {}
        for statement in statements:
            for code in statement.split(";"):
                self.read_table(code)
                self.read_column(code)
                self.read_index(code)

    def read_table(self, code):
        found = re.match(r"\s*CREATE TABLE (\w+) \((.*?)\)(?:\s*WITH\s*\([^()]*\))?\s*$", code, re.S | re.I)
        if not found:
            return
        table = found[1]
        columns = self.tables[table] = {}
        for part in split_list(found[2]):
            together = re.match(r"(PRIMARY KEY|UNIQUE) \(([^)]*)\)", part, re.I)
            if together:
                self.keys.append((table, split_list(together[2]), together[1].upper() == "PRIMARY KEY"))
            elif not re.match(r"(CHECK|CONSTRAINT|FOREIGN|INDEX)\b", part, re.I):
                column = Column(part)
                columns[column.name] = column
                if re.search(r"\bPRIMARY KEY\b|\bUNIQUE\b", part, re.I):
                    self.keys.append((table, [column.name], "PRIMARY KEY" in part.upper()))

    def read_column(self, code):
        found = re.match(r"\s*ALTER TABLE (\w+) ADD (?:COLUMN )?(.*)$", code.rstrip(), re.S | re.I)
        if found:
            column = Column(" ".join(found[2].split()))
            self.tables[found[1]][column.name] = column

    def read_index(self, code):
        found = re.match(r"\s*CREATE (UNIQUE )?INDEX (\w+) ON (\w+) \(([^)]*)\)(?: INCLUDE \(([^)]*)\))?"
                         r"(?:\s+WHERE (.*))?$", code.rstrip(), re.S | re.I)
        if found:
            self.indexes[found[2]] = Index(found[2], found[3], bool(found[1]), split_list(found[4]),
                                           split_list(found[5] or ""), " ".join((found[6] or "").split()))

    def is_number(self, column, table):
        """Whether the column of that table is one; of a table that is not known, every column of that name."""
        tables = [self.tables[table]] if table in self.tables else self.tables.values()
        types = {columns[column].type for columns in tables if column in columns}
        return bool(types) and types <= set(SIZES)

    def faults(self):
        for table, columns in self.tables.items():
            for column in columns.values():
                yield from self.faults_of_column(f"{table}.{column.name}", column)
        for table, names, is_clustered in self.keys:
            most = MOST_IN_CLUSTERED_KEY if is_clustered else MOST_IN_KEY
            yield from self.faults_of_key(f"the key of {table}", table, names, most)
        for index in self.indexes.values():
            yield from self.faults_of_key(index.name, index.table, index.columns, MOST_IN_KEY)
            yield from self.faults_of_filter(index)

    @staticmethod
    def faults_of_column(name, column):
        if column.type not in SIZES and not re.fullmatch(r"nvarchar\((\d+|max)\)|varbinary\(\d+\)", column.type):
            yield f"type: {name}: use bigint, int, smallint, nvarchar or varbinary"
        if not re.search(r"\bNULL\b", column.text, re.I):
            yield f"nullability: {name}: say NULL or NOT NULL; it cannot be changed later, and sessions differ"
        if re.match(r"nvarchar\(\d", column.type) and COLLATION not in column.text:
            yield f"collation: {name}: say {COLLATION}; names compare by their bytes"

    def faults_of_key(self, what, table, names, most):
        sizes = [self.tables[table][name].size() for name in names]
        if None in sizes:
            yield f"key: {what}: a column of no fixed length cannot be in a key"
        elif sum(sizes) > most:
            yield f"key_size: {what}: {sum(sizes)} bytes; {most} is the most"

    def faults_of_filter(self, index):
        parts = re.split(r" AND ", index.condition) if index.condition else []
        tests = [re.fullmatch(r"(\w+) (?:IS NOT NULL|(?:=|<|>|<=|>=) \d+)", part) for part in parts]
        if None in tests:
            yield f"filter: {index.name}: a filter is made of column = number and column IS NOT NULL, joined by AND"
            return
        for test in tests:
            if test[1] not in index.columns + index.included:
                yield f"filter_column: {index.name}: INCLUDE ({test[1]}), or SQL Server looks it up in the row"
        not_null = {test[1] for test in tests if test[0].endswith("NULL")}
        for name in index.columns:
            if index.is_unique and self.tables[index.table][name].is_nullable and name not in not_null:
                yield f"unique_null: {index.name}: one NULL equals another here; filter {name} IS NOT NULL"

    def differences(self, twin):
        """From the tables of another dialect."""
        for table in sorted((set(self.tables) ^ set(twin.tables)) - OWN_TABLES - {"schema_migration"}):
            yield f"same: the table {table} is in one dialect only"
        for table in sorted(set(self.tables) & set(twin.tables)):
            for column in sorted(set(self.tables[table]) ^ set(twin.tables[table])):
                yield f"same: the column {table}.{column} is in one dialect only"
            for name in sorted(set(self.tables[table]) & set(twin.tables[table])):
                if self.tables[table][name].is_nullable != is_nullable_elsewhere(twin.tables[table][name]):
                    yield f"same: {table}.{name} may be NULL in one dialect only"
        for name in sorted(set(self.indexes) ^ set(twin.indexes)):
            yield f"same: the index {name} is in one dialect only"
        for name in sorted(set(self.indexes) & set(twin.indexes)):
            if self.indexes[name].columns != twin.indexes[name].columns:
                yield f"same: the index {name} has other columns in another dialect"

    @staticmethod
    def blind_spots():
        """Rules on tables that do not find their own examples."""
        for rule, example in EXAMPLES.items():
            if not any(fault.startswith(f"{rule}:") for fault in Schema([blanked(example)]).faults()):
                yield f"{rule}: does not find its own example"
        other = Schema(["CREATE TABLE t (a bigint NOT NULL);"])
        if not list(Schema(["CREATE TABLE t (b bigint NOT NULL);"]).differences(other)):
            yield "same: does not find its own example"


def is_nullable_elsewhere(column):
    """There a primary key says nothing of NULL."""
    return column.is_nullable and "PRIMARY KEY" not in column.text.upper()
