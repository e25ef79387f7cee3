// What the tests of the webhook share: keys that are always the same, a message, an endpoint.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "routing/registry.h"
#include "src/delivery/channel.h"

namespace noroshi::delivery::test {

// The key of RFC 8032 7.1, TEST 1; secrets by HMAC of the label, for these need only differ.
class FixedKeys final : public Keys {
 public:
  FixedKeys()
      : key_(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()), EVP_PKEY_free) {}

  std::string sign(std::string_view text) const override {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string signature(64, '\0');
    std::size_t size = signature.size();
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
      throw std::runtime_error("Ed25519");
    return signature;
  }
  std::string public_key() const override {
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
    return raw;
  }
  std::string key_id() const override { return "0123456789abcdef"; }
  std::string derive(std::string_view label) const override {
    std::string digest(32, '\0');
    HMAC(EVP_sha256(), seed.data(), seed.size(), reinterpret_cast<const unsigned char*>(label.data()), label.size(),
         reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return digest;
  }

 private:
  static constexpr std::array<unsigned char, 32> seed{0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                                      0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                                      0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
  std::shared_ptr<EVP_PKEY> key_;
};

template <class Id>
Id identifier(std::string_view text) {
  return Id{core::parse_uuid(text).value()};
}

inline Timestamp moment(std::string_view text) {
  return parse_rfc3339(text).value();
}

// A relayed report; its content must never leave by a webhook.
inline Consignment relayed_report() {
  Consignment consignment;
  consignment.delivery = identifier<core::DeliveryId>("01990000-0000-7000-8000-000000000001");
  consignment.message = identifier<core::MessageId>("01990000-0000-7000-8000-000000000002");
  consignment.incident = identifier<core::IncidentId>("01990000-0000-7000-8000-000000000003");
  consignment.obligation = identifier<core::ObligationId>("01990000-0000-7000-8000-000000000004");
  consignment.kind = core::MessageKind::relay;
  consignment.number = "JPS-2018-1";
  consignment.sender = "mhlw";
  consignment.recipient = "nisc";
  consignment.clause = "2.2.4(1)(d)";
  consignment.sentence = 1;
  consignment.version = 2;
  consignment.severity = routing::Severity::attack;
  consignment.automatic = true;
  consignment.sent_at = moment("2018-08-01T09:00:00+09:00");
  consignment.label = std::pair(core::Grades{2, 0, 1}, core::KindRule::designated_table);
  consignment.acknowledge_by = moment("2018-08-01T10:00:00+09:00");
  consignment.receipt_number = "NISC-R-49QD-C9AP-39PM";
  consignment.acknowledge_url = "https://noroshi.example:8443/acknowledge/abc";
  consignment.acknowledge_token = "abc";
  consignment.content = Consignment::Content{"SECRET-TITLE", "SECRET-NOTE", "SECRET-REPORT"};
  return consignment;
}

inline core::Endpoint webhook_endpoint(core::EndpointSettings settings, core::Zone zone = core::Zone::closed) {
  core::Endpoint endpoint;
  endpoint.id = identifier<core::EndpointId>("01990000-0000-7000-8000-0000000000ee");
  endpoint.organization = "nisc";
  endpoint.channel = "webhook";
  endpoint.name = "desk";
  endpoint.zone = zone;
  endpoint.settings = std::move(settings);
  endpoint.state = core::EndpointState::active;
  return endpoint;
}

// Of nobody: the webhook asks nothing of it.
inline routing::Registry empty_registry() {
  return routing::Registry::parse(
             "id,name_ja,name_en,kind,supervising,designated_table,prefecture,police,valid_from,"
             "valid_to,also_kind,legal_class,parent,successor,source,confidence,note\n",
             "org_id,agency_id,role,scope_ja,law_minister,in_2013_text,in_2026_text,valid_from,"
             "valid_to,confidence\n")
      .value();
}

struct Scene {
  FixedKeys keys;
  routing::Registry registry = empty_registry();
  Environment environment{
      keys, registry, "https://noroshi.example:8443", {}, {}, {}, [] {
                            return moment("2018-08-01T09:00:01+09:00"); }};
};

}  // namespace noroshi::delivery::test
