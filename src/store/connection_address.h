// Addresses of databases as operators write them, looked at without connecting.
#pragma once

#include <string>

namespace noroshi::store {

// Whether libpq can read it: a URI or a keyword/value string, several hosts included.
bool is_connection_address(const std::string& address);

// The address as it is where it holds no secret, else as a keyword/value string without those that libpq
// holds for secret (password, sslpassword). Empty for one that libpq cannot read.
std::string without_secrets(const std::string& address);

// Of the client library in this process: "15.8".
std::string libpq_version();

}  // namespace noroshi::store
