// Where measurements are made: apart from the operator's tables, in a place that is removed afterwards.
#pragma once

#include "storage/bench/connection.hpp"
#include "storage/storage.hpp"

#include <memory>
#include <optional>
#include <string>

namespace jobhost::bench {

// Rows that lie in the way of a claim without being what it wants.
enum class Ballast { none, retained, future, unserved };

inline std::string name_of(Ballast ballast) {
    switch (ballast) {
        case Ballast::none:
            break;
        case Ballast::retained:
            return "retained";
        case Ballast::future:
            return "future";
        case Ballast::unserved:
            return "unserved";
    }
    return "none";
}

// Holds spaces, each with jobhost's tables as its migrations make them. Used by one thread. Every call
// may throw std::runtime_error.
class Place {
public:
    // Removes what remove() has not, without a word.
    virtual ~Place() = default;

    // Makes a space, anew if it was made before, with so many live servers. No connection to it is open.
    virtual void make(const std::string& space, int servers) = 0;
    // How jobhost opens a space.
    virtual storage::StorageOptions options_of(const std::string& space) = 0;
    // `server` is 1 or more: who the connection claims for.
    // REQUIRES: has_raw() for a raw one.
    virtual std::unique_ptr<Connection> connect(const std::string& space, Contender contender,
                                                int server) = 0;
    // Adds rows of one kind, with ids above a thousand million, and lets the database tidy up.
    // REQUIRES: has_raw().
    virtual void load(const std::string& space, Ballast ballast, std::int64_t count) = 0;

    // Whether there are raw statements for this kind of database.
    virtual bool has_raw() const = 0;
    // The most connections that can be of use.
    virtual int most_connections() const = 0;
    // Seconds of processor time that the server has used so far, when it runs on this machine.
    virtual std::optional<double> server_seconds() = 0;
    // The database, its version, and what makes its commits durable.
    virtual std::string description() = 0;
    // What is made here, for a person who has to remove it by hand.
    virtual std::string whereabouts() const = 0;
    // Removes all spaces. No connection is open.
    virtual void remove() = 0;
};

// A place on the database of `options`. SQLite: the folder "FILE.NAME" beside the database's file; servers:
// schemas "NAME_*", on SQL Server databases of these names. What is there already is refused. `name`: small
// letters, digits and _. Throws StorageError for a URL that no storage has.
std::unique_ptr<Place> make_place(const storage::StorageOptions& options, const std::string& name);

}  // namespace jobhost::bench
