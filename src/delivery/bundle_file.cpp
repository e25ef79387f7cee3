#include "src/delivery/bundle_file.h"

#include "routing/time.h"
#include "src/codec/json_writer.h"
#include "src/record/encodings.h"

namespace noroshi::delivery {
namespace {

void member_or_null(codec::JsonWriter& out, std::string_view name, std::string_view text) {
  out.name(name);
  text.empty() ? out.null() : out.value(text);
}

}  // namespace

std::string bundle_header(const BundleHeader& header) {
  std::string text;
  codec::JsonWriter out(text);
  out.begin_object();
  out.member("format", bundle_format);
  out.member("signature", "Ed25519 over format, header and jwe, each as it stands in the file and ended by LF");
  out.member("number", header.number);
  out.member("delivery", core::to_string(header.delivery));
  out.member("endpoint", core::to_string(header.endpoint));
  out.member("sender_key", header.sender_key);
  out.member("receiver_key", header.receiver_key);
  out.member("made_at", format_rfc3339(header.made_at));
  out.member("exercise", header.exercise);
  member_or_null(out, "previous", header.previous);
  out.end_object();
  return text;
}

std::string bundle_aad(const core::EndpointId& endpoint, std::int64_t number, const core::DeliveryId& delivery) {
  return std::string(bundle_format) + "\n" + core::to_string(endpoint) + "\n" + std::to_string(number) + "\n" +
         core::to_string(delivery) + "\n";
}

std::string bundle_message(const Consignment& consignment) {
  std::string text;
  codec::JsonWriter out(text);
  out.begin_object();
  out.member("message_id", core::to_string(consignment.message));
  out.member("incident_id", core::to_string(consignment.incident));
  out.member("number", consignment.number);
  out.member("kind", core::to_string(consignment.kind));
  member_or_null(out, "sender", consignment.sender);
  out.member("recipient", consignment.recipient);
  member_or_null(out, "clause", consignment.clause);
  out.name("sentence");
  consignment.sentence > 0 ? out.value(consignment.sentence) : out.null();
  member_or_null(out, "obligation_id",
                 consignment.obligation ? core::to_string(*consignment.obligation) : std::string());
  member_or_null(out, "alarm_code", consignment.alarm_code);
  out.name("version");
  consignment.version > 0 ? out.value(consignment.version) : out.null();
  out.member("severity", routing::to_string(consignment.severity));
  out.member("automatic", consignment.automatic);
  out.member("exercise", consignment.exercise);
  member_or_null(out, "mark", consignment.exercise ? "訓練" : "");
  out.member("sent_at", format_rfc3339(consignment.sent_at));
  member_or_null(out, "acknowledge_by",
                 consignment.acknowledge_by ? format_rfc3339(*consignment.acknowledge_by) : std::string());
  // Whoever opens the bundle acknowledges with it; it lies inside what is sealed, and comes back in a receipt.
  member_or_null(out, "acknowledge_token", consignment.acknowledge_token);
  const auto content = consignment.content.value_or(Consignment::Content{});
  member_or_null(out, "title", content.title);
  member_or_null(out, "note", content.note);
  member_or_null(out, "report", content.report);  // the text as it was received
  out.end_object();
  return text;
}

std::string bundle_signed_text(std::string_view header, std::string_view jwe) {
  std::string text(bundle_format);
  text.append("\n").append(header).append("\n").append(jwe).append("\n");
  return text;
}

std::string bundle_file(std::string_view header, std::string_view jwe, std::string_view signature) {
  std::string text;
  codec::JsonWriter out(text);
  out.begin_object();
  out.member("format", bundle_format);
  out.member("header", header);
  out.member("jwe", jwe);
  out.member("signature", record::to_base64(signature));
  out.end_object();
  text += '\n';
  return text;
}

tl::expected<std::string, sealing::Fault> make_bundle(const BundleHeader& header, const Consignment& consignment,
                                                      const sealing::PublicKey& receiver, const Keys& keys) {
  const sealing::Secret message(bundle_message(consignment));
  const auto jwe =
      sealing::seal(message.view(), bundle_aad(header.endpoint, header.number, header.delivery), {&receiver, 1});
  if (!jwe) return tl::unexpected(jwe.error());
  const auto text = bundle_header(header);
  return bundle_file(text, *jwe, keys.sign(bundle_signed_text(text, *jwe)));
}

}  // namespace noroshi::delivery
