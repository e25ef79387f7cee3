// The bodies of the calls on endpoints, and how endpoints and deliveries are shown.
#include "src/codec/endpoint_commands.h"
#include "src/codec/endpoint_views.h"

#include <doctest/doctest.h>

#include "tests/codec/reports.h"

using namespace noroshi;
using namespace noroshi::codec;
using namespace noroshi::codec::test;

using List = std::vector<std::string>;

TEST_CASE("an endpoint is proposed with its settings as texts of any name, and a filter that may be left out") {
  const auto proposal = decode_endpoint_proposal(
      R"({"channel":"webhook","name":"当直の受信機","zone":"government_lan","settings":{"url":"https://x","certificate":"-----BEGIN\nA"},)"
      R"("filter":{"kinds":["alarm","relay"],"role":"ciso","least_severity":"attack"}})");
  REQUIRE(proposal.has_value());
  CHECK(proposal->channel == "webhook");
  CHECK(proposal->name == "当直の受信機");
  CHECK(proposal->zone == core::Zone::government_lan);
  CHECK(proposal->settings == core::EndpointSettings{{"url", "https://x"}, {"certificate", "-----BEGIN\nA"}});
  CHECK(proposal->filter.kinds == std::vector{core::MessageKind::alarm, core::MessageKind::relay});
  CHECK(proposal->filter.role == core::Role::ciso);
  CHECK(proposal->filter.least == routing::Severity::attack);
  const auto bare = decode_endpoint_proposal(R"({"channel":"mail","name":"x","zone":"internet"})");
  REQUIRE(bare.has_value());
  CHECK(bare->settings.empty());
  CHECK(bare->filter == core::EndpointFilter{});
}

TEST_CASE("each mistake in a proposal is told at its place") {
  CHECK(mistakes_of(decode_endpoint_proposal("")) == List{"/channel required", "/name required", "/zone required"});
  CHECK(mistakes_of(decode_endpoint_proposal(
            R"({"channel":"w","name":"x","zone":"space","settings":{"url":5,"key":"\u0001"},"filter":{"kinds":["fax"],"role":"boss","who":1},"more":1})")) ==
        List{"/filter/kinds/0 value", "/filter/role value", "/filter/who unknown_member", "/more unknown_member",
             "/settings/key control_character", "/settings/url type", "/zone value"});
  CHECK(mistakes_of(decode_endpoint_proposal(R"({"channel":"w","name":"x","zone":"closed","settings":["url"]})")) ==
        List{"/settings type"});
  std::string many = R"({"channel":"w","name":"x","zone":"closed","settings":{)";
  for (int i = 0; i < 33; ++i) many += (i ? ",\"s" : "\"s") + std::to_string(i) + "\":\"x\"";
  CHECK(mistakes_of(decode_endpoint_proposal(many + "}}")) == List{"/settings too_many"});
}

TEST_CASE("whoever stops, resumes, withdraws or sends again says why") {
  CHECK(decode_reason(R"({"reason":"点検"})")->reason == "点検");
  CHECK(mistakes_of(decode_reason("")) == List{"/reason required"});
  CHECK(mistakes_of(decode_reason(R"({"reason":" "})")) == List{"/reason blank"});
}
