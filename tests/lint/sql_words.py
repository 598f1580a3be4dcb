"""The words of storage/sql/README.md: what a statement of common says in a dialect. storage/soci/statement_catalog.cpp
does the same."""
import pathlib
import re

SQL = pathlib.Path("storage/sql")
WORD = re.compile(r"\$\{(\w+)(?::\s*([^}]*))?\}")


def words_of(dialect):
    """Its own, and those that all dialects say alike."""
    files = [SQL / folder / "words.sql" for folder in ("common", dialect)]
    blocks = [block for file in files for block in re.split(r"^-- word: ", file.read_text(encoding="utf-8"), flags=re.M)[1:]]
    return {name.strip(): text.strip() for name, text in (block.split("\n", 1) for block in blocks)}


def spelt(code, dialect):
    """`code` without its words."""
    words = words_of(dialect)

    def columns(given):
        for column in given.split(","):
            name, kind = column.split()
            yield words["column"].replace("$1", name).replace("$2", words.get(kind, kind))

    def spell(found):
        word, rest = found[1], (found[2] or "").strip()
        if word not in words:
            return found[0]
        text = words[word]
        if "$columns" in text:
            text = text.replace("$columns", ", ".join(columns(rest)))
        return text.replace("$1", rest)

    return WORD.sub(spell, code)
