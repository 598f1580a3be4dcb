# cmake -DSQL_FOLDER=... -DOUTPUT=... -P embed_sql.cmake
# Writes a source file that holds every .sql file below SQL_FOLDER.
file(GLOB_RECURSE files RELATIVE ${SQL_FOLDER} ${SQL_FOLDER}/*.sql)
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
    file(READ ${SQL_FOLDER}/${file} text)
    string(APPEND entries "    {\"${file}\", R\"~sql~(${text})~sql~\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"storage/soci/statement_catalog.hpp\"

namespace jobhost::storage {

const std::vector<EmbeddedSql>& embedded_sql() {
    static const std::vector<EmbeddedSql> files{
${entries}    };
    return files;
}

}  // namespace jobhost::storage
")
