#include "storage/soci/odbc_encryption.hpp"

#include "storage/storage.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

std::string said(const std::string& connection) {
    try {
        refuse_ignored_encryption(connection);
    } catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::refused);
        return error.what();
    }
    return "";
}

TEST(OdbcEncryption, FreeTdsIsNotAskedInWordsThatItIgnores) {
    for (const char* connection : {"Driver=FreeTDS;Server=host;PWD=sesame;Encrypt=yes",
                                   "encrypt = strict ; driver = {FreeTDS} ; Server=host;PWD=sesame",
                                   "Driver=/usr/lib/odbc/libtdsodbc.so;PWD={a;b};ENCRYPT=yes",
                                   "DRIVER={freetds};PWD={Driver=x};Encrypt="}) {
        EXPECT_NE(said(connection).find("Encryption=require"), std::string::npos) << connection;
        EXPECT_EQ(said(connection).find("sesame"), std::string::npos);
    }
}

TEST(OdbcEncryption, OthersAreLeftAlone) {
    for (const char* connection :
         {"Driver=FreeTDS;Server=host;Encryption=require",
          "Driver={ODBC Driver 18 for SQL Server};Encrypt=yes", "Driver={PostgreSQL Unicode};Servername=host",
          "Driver=FreeTDS;Server=host;PWD={x;Encrypt=yes};UID=a", "DSN=jobs;Encrypt=yes", "Driver=FreeTDS",
          "", ";;"})
        EXPECT_EQ(said(connection), "") << connection;
}

TEST(OdbcEncryption, AStorageIsNotOpenedThatWay) {
    try {
        open_storage({.url = "odbc:Driver=FreeTDS;Server=127.0.0.1;Port=1;UID=u;PWD=sesame;Encrypt=yes"});
        FAIL();
    } catch (const StorageError& error) {
        EXPECT_NE(std::string{error.what()}.find("Encryption=require"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace jobhost::storage
