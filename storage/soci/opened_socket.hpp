// The socket of a connection whose driver does not tell it.
#pragma once

#include "storage/model/time.hpp"

#include <functional>

namespace jobhost::storage {

// ODBC drivers keep their sockets to themselves, and wait for ever at them when the server hangs. Whatever
// stream socket with a named peer the process has after connecting, and had not before, is the connection's.
//
// Owns a descriptor of its own for it, so that shutting that down never meets a descriptor that the driver
// has closed and somebody else has got since.
class OpenedSocket {
public:
    // Calls `connect`, which opens one connection and blocks; one such call at a time in the whole process.
    // When `patience` is over, the socket that was opened is shut down, so that `connect` fails; looking up
    // the server's name is not ended by that. Throws StorageError when the time is over, and what `connect`
    // throws.
    OpenedSocket(Duration patience, const std::function<void()>& connect);
    ~OpenedSocket();
    OpenedSocket(const OpenedSocket&) = delete;
    OpenedSocket& operator=(const OpenedSocket&) = delete;

    // Only for shutting it down. -1: it was not to be told from others that were opened at the same time.
    int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_ = -1;
};

}  // namespace jobhost::storage
