// The addresses a host may have: CIDR ranges (RFC 4632, RFC 4291 2.3), which two persons agreed on with the endpoint. A
// name in the DNS is anybody's word; what it leads to is only connected to inside these ranges, so that nobody makes
// the daemon speak to what only the daemon can reach.
//
// Pure; any thread.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/endpoint.h"
#include "src/core/refusal.h"

namespace noroshi::delivery {

class AddressRange {
 public:
  AddressRange(boost::asio::ip::address network, unsigned prefix) : network_(std::move(network)), prefix_(prefix) {}

  bool contains(const boost::asio::ip::address& address) const;
  bool overlaps(const AddressRange& other) const;

 private:
  boost::asio::ip::address network_;  // bits after the prefix are 0
  unsigned prefix_;
};

struct AddressRanges {
  std::vector<AddressRange> ranges;
  std::vector<core::FieldError> mistakes;  // each with the given pointer; the ranges are then not to be used

  // An IPv4 address inside an IPv6 one (::ffff:0:0/96) counts as the IPv4 address that it is.
  bool contain(boost::asio::ip::address address) const;
};

// "198.51.100.0/28 2001:db8:1::/64", separated by spaces; an address alone is itself. A mistake is: none at all or more
// than 32, what is no range, bits set after the prefix, shorter than /8 (IPv4) or /16 (IPv6), and what overlaps
//   in every zone        unspecified, link-local (where clouds keep their secrets), multicast, reserved, IPv4 inside
//   IPv6 but in `closed`      loopback in `internet`        private (RFC 1918, RFC 4193), shared (RFC 6598), and
//   translated ones (RFC 6052, RFC 3056), which
//                        may lead to any of these
AddressRanges parse_ranges(std::string_view text, core::Zone zone, std::string_view pointer);

}  // namespace noroshi::delivery
