// One POST over HTTPS to one receiver, over at a deadline that holds for all of it: finding the addresses, connecting,
// the handshake, writing and reading. It connects to an address that it has checked, and asks no second time where the
// name leads; follows nothing; keeps no connection.
//
// Any thread; never throws. Beast is seen by https_client.cpp alone.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "src/delivery/address_ranges.h"
#include "src/delivery/https_url.h"
#include "src/delivery/name_lookup.h"

namespace noroshi::delivery {

struct HttpsPost {
  HttpsUrl url;
  std::vector<AddressRange> ranges;
  std::shared_ptr<boost::asio::ssl::context> tls;  // of make_client_tls(); many posts may share one
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

enum class HttpsOutcome {
  answered,  // whole, or its first 64 KiB, which is all that is read of a body
  timeout,
  name_unknown,         // no addresses, or the system could not say
  address_outside,      // addresses, and none of them inside the ranges
  unreachable,          // nobody takes the connection
  certificate_expired,  // the receiver's, or one above it
  certificate_not_yet_valid,
  certificate_name,            // for another name
  certificate_untrusted,       // by nobody whom we trust, or too weak to trust
  tls_failed,                  // anything else of TLS
  client_certificate_refused,  // ours, or that we show none
  cut,                         // the connection ended before the answer did
  answer_too_large,            // more than 8 KiB of header
  answer_malformed,            // no HTTP
  failed,                      // within the daemon: no memory, no sockets
};

struct HttpsAnswer {
  HttpsOutcome outcome = HttpsOutcome::failed;
  int status = 0;           // 200 to 599 where answered
  std::string retry_after;  // header fields, as they came
  std::string date;
  std::string detail;  // for the operator: addresses, words of OpenSSL; at most 200 bytes, nothing of what was sent
};

HttpsAnswer https_post(const HttpsPost& post, const Resolver& resolver, std::chrono::steady_clock::time_point deadline);

}  // namespace noroshi::delivery
