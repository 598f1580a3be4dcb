// Storage URLs: which are refused, with which remedy, and that nothing of them is shown.
#include "config/storage_url.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace jobhost::config {
namespace {

// "problem  hint", or nothing.
std::string said(std::string_view url) {
    const auto problem = problem_of_url(url);
    return problem ? problem->problem + "  " + problem->hint : "";
}

TEST(StorageUrl, WhatADatabaseCanBeAskedAboutIsRight) {
    for (const char* url : {
             "sqlite:jobhost.db",
             "sqlite:/var/lib/jobhost/jobhost.db",
             "sqlite:../data/a=b.db",
             "sqlite:what now?.db",
             "postgresql:///jobs",
             "postgresql://db/jobs",
             "postgres://db/jobs",
             "postgresql://user@host",
             "postgresql://user:p%40ss%2Fword:more?#@host:5432/jobs?sslmode=require&connect_timeout=3",
             "postgresql://user@[::1]:5432/jobs",
             "postgresql://user@first:5432,second:,third/jobs?target_session_attrs=read-write",
             "postgresql://%2Fvar%2Frun%2Fpostgresql/jobs",
             "postgresql://?service=jobs",
             "odbc:DSN=jobs",
             "odbc:dsn = jobs;",
             "odbc:Driver={ODBC Driver 18 for SQL "
             "Server};Server=tcp:db,1433;UID=a;PWD={p;w=}}d};Encrypt=yes;",
             "odbc:;Driver=FreeTDS;;Servername=db",
             "odbc:FileDSN=/etc/jobs.dsn",
         })
        EXPECT_EQ(said(url), "") << url;
}

TEST(StorageUrl, AnotherSchemeIsRefusedAndTheOneThatWasMeantNamed) {
    const std::string refused = "must start with sqlite:, postgresql:// or odbc:  ";
    for (const auto& [url, meant] : std::initializer_list<std::pair<const char*, const char*>>{
             {"sqlte:jobs.db", "sqlite:"},
             {"SQLite:jobs.db", "sqlite:"},
             {"sqlite3:jobs.db", "sqlite:"},
             {"file:jobs.db", "sqlite:"},
             {"jobs.db", "sqlite:"},
             {"/var/lib/jobs.db", "sqlite:"},
             {"postgresql:jobs", "postgresql://"},
             {"postgresql:/host/jobs", "postgresql://"},
             {"postgressql://host/jobs", "postgresql://"},
             {"postgresql+psycopg2://host/jobs", "postgresql://"},
             {"pgsql://host/jobs", "postgresql://"},
             {"jdbc:postgresql://host/jobs", "postgresql://"},
             {"host=localhost dbname=jobs password=sesame", "postgresql://"},
             {"mssql://host/jobs", "odbc:"},
             {"odcb:DSN=jobs", "odbc:"},
             {"Driver={FreeTDS};Server=host;PWD=sesame", "odbc:"},
             {"Server=host;PWD=sesame", "odbc:"},
         })
        EXPECT_EQ(said(url), refused + "did you mean '" + meant + "'?") << url;
    for (const char* url : {"mysql://root:sesame@db", "", "://", "jobs", "=", ":"})
        EXPECT_EQ(said(url), refused) << url;
}

TEST(StorageUrl, SqliteNeedsTheNameOfAFile) {
    EXPECT_EQ(said("sqlite:"), "names no file  write it like sqlite:jobhost.db");
    EXPECT_EQ(said("sqlite::memory:"),
              "names no file: what is in memory is lost at the end  write it like sqlite:jobhost.db");
    for (const char* url : {"sqlite:data/", "sqlite:/", "sqlite:.", "sqlite:data/.."})
        EXPECT_EQ(said(url), "names a folder  write the file too, like sqlite:data/jobhost.db") << url;
    for (const char* url : {"sqlite://jobs.db", "sqlite:///var/jobs.db"})
        EXPECT_EQ(said(url),
                  "has // where the path begins  write it like sqlite:jobhost.db or "
                  "sqlite:/var/lib/jobhost/jobhost.db")
            << url;
    EXPECT_EQ(said("sqlite:~/jobs.db"),
              "begins with ~, which means nothing here  write the path of that folder");
    for (const char* url : {"sqlite:jobs.db?mode=ro", "sqlite:file:jobs.db"})
        EXPECT_EQ(said(url), "has parameters  write the path alone, like sqlite:jobhost.db") << url;
}

TEST(StorageUrl, SpecialCharactersOfAPostgresqlPasswordMustBeEscaped) {
    const std::string remedy = "  write %40 for an @ in the user name or password, and %2F for a /";
    EXPECT_EQ(said("postgresql://user:ses@me@host/jobs"), "has more than one @" + remedy);
    EXPECT_EQ(said("postgresql://user:ses/me@host/jobs"), "has a / before its @" + remedy);
    EXPECT_EQ(said("postgresql://user:12/34@host/jobs"), "has a / before its @" + remedy);
    for (const char* url : {"postgresql://user:100%@host/jobs", "postgresql://user:%4@host/jobs",
                            "postgresql://user:%00@host/jobs", "postgresql://user@host/jobs%"})
        EXPECT_EQ(said(url), "has a % without two hexadecimal digits behind it  write %25 for a literal %")
            << url;
    EXPECT_EQ(said("postgresql://user:ses me@host/jobs"), "has a space  write %20 for it");
}

TEST(StorageUrl, PostgresqlHostsAndParametersMustBeSome) {
    EXPECT_EQ(said("postgresql://"), "names no database  write it like postgresql://user@host/database");
    for (const char* url :
         {"postgresql://host:port/jobs", "postgresql://host:0/jobs", "postgresql://host:65536/jobs",
          "postgresql://a,b:x/jobs", "postgresql://::1/jobs", "postgresql://[::1]:x/jobs"})
        EXPECT_EQ(
            said(url),
            "has a port that is not 1 to 65535  write %3A for a : in the password, %2F for a /, and an IPv6 "
            "address in [ ]")
            << url;
    for (const char* url : {"postgresql://[::1/jobs", "postgresql://[::1]5432/jobs"})
        EXPECT_EQ(said(url),
                  "has an address that begins with [ and does not end with ]  write it like "
                  "postgresql://user@[::1]:5432/database")
            << url;
    EXPECT_EQ(said("postgresql://host/jobs?sslmode"),
              "has a parameter without a value  write it like ?sslmode=require");
    for (const char* url :
         {"postgresql://host/jobs?schema=shop", "postgresql://host/jobs?a=b&search_path=shop"})
        EXPECT_EQ(said(url), "names a schema  write it as storage.schema") << url;
}

TEST(StorageUrl, OdbcMustBeNamesAndValuesAndSayWhichDriver) {
    for (const char* url : {"odbc:", "odbc:Server=host;PWD=sesame", "odbc:;;"})
        EXPECT_TRUE(said(url).starts_with("names neither Driver nor DSN  write it like odbc:Driver={"))
            << url;
    for (const char* url : {"odbc:jobs", "odbc:DSN=jobs;sesame", "odbc://host/jobs"})
        EXPECT_EQ(said(url), "has a part without =  put a value that holds a ; between { and }") << url;
    for (const char* url : {"odbc:Driver={FreeTDS;Server=host", "odbc:DSN=jobs;PWD={ses}}ame"})
        EXPECT_EQ(said(url), "has a { without its }  write }} for a } within the braces") << url;
}

TEST(StorageUrl, ControlCharactersAndSpacesAroundItAreRefused) {
    for (const std::string_view url :
         {std::string_view("sqlite:jobs.db\n"), std::string_view("sqlite:a\0b", 10)})
        EXPECT_EQ(said(url), "has a line break or another control character  write it in one line");
    EXPECT_EQ(said("sqlite:jobs.db "), "begins or ends with a space  remove it");
    EXPECT_EQ(said(" sqlite:jobs.db"), "begins or ends with a space  remove it");
}

// Every beginning of URLs that hold a password, and every one with a character in the way.
TEST(StorageUrl, NoErrorShowsAnyOfThePassword) {
    for (const std::string whole :
         {"postgresql://user:sesame@host:5432/jobs?sslmode=require&password=sesame",
          "odbc:Driver={FreeTDS};Server=host;UID=user;PWD={sesame};Encrypt=yes",
          "mysql://root:sesame@host/jobs", "host=db password=sesame dbname=jobs", "Server=db;PWD=sesame"})
        for (std::size_t end = 0; end <= whole.size(); ++end)
            for (const char* between : {"", "@", "/", ":", "%", " ", "{", "}", "=", ";", "[", "?", "\n"}) {
                const std::string url = whole.substr(0, end) + between + whole.substr(end);
                for (const std::string& given : {url, whole.substr(0, end) + between})
                    EXPECT_EQ(said(given).find("sesame"), std::string::npos) << given;
            }
}

}  // namespace
}  // namespace jobhost::config
