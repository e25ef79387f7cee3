#include "src/delivery/cloud_event.h"

#include "routing/time.h"
#include "src/codec/json_writer.h"

namespace noroshi::delivery {
namespace {

void member_or_null(codec::JsonWriter& out, std::string_view name, std::string_view text) {
  out.name(name);
  text.empty() ? out.null() : out.value(text);
}

template <class Number>
void positive_or_null(codec::JsonWriter& out, std::string_view name, Number number) {
  out.name(name);
  number > 0 ? out.value(number) : out.null();
}

}  // namespace

std::string cloud_event(const Consignment& consignment, std::string_view base_url) {
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  std::string text;
  codec::JsonWriter out(text);
  out.begin_object();
  out.member("specversion", "1.0");
  out.member("id", to_string(consignment.delivery));
  out.member("source", base_url);
  out.member("type", "jp.noroshi.message." + std::string(core::to_string(consignment.kind)));
  out.member("subject", consignment.number);
  out.member("time", format_rfc3339(consignment.sent_at));
  out.member("datacontenttype", "application/json");
  out.name("data").begin_object();
  out.member("message_id", to_string(consignment.message));
  out.member("incident_id", to_string(consignment.incident));
  out.member("number", consignment.number);
  out.member("kind", core::to_string(consignment.kind));
  member_or_null(out, "sender", consignment.sender);
  out.member("recipient", consignment.recipient);
  member_or_null(out, "receipt_number", consignment.receipt_number);
  member_or_null(out, "clause", consignment.clause);
  positive_or_null(out, "sentence", consignment.sentence);
  member_or_null(out, "obligation_id", consignment.obligation ? to_string(*consignment.obligation) : std::string());
  member_or_null(out, "alarm_code", consignment.alarm_code);
  positive_or_null(out, "version", consignment.version);
  out.member("severity", routing::to_string(consignment.severity));
  out.member("automatic", consignment.automatic);
  out.member("exercise", consignment.exercise);
  // For whoever shows the event as it is: a person must not take an exercise for the real thing.
  member_or_null(out, "mark", consignment.exercise ? "訓練" : "");
  out.name("label");
  if (consignment.label) {
    const auto& [grades, rule] = *consignment.label;
    out.begin_object();
    positive_or_null(out, "confidentiality", grades.confidentiality);
    positive_or_null(out, "integrity", grades.integrity);
    positive_or_null(out, "availability", grades.availability);
    out.member("rule", core::to_string(rule)).end_object();
  } else {
    out.null();
  }
  member_or_null(out, "acknowledge_by",
                 consignment.acknowledge_by ? format_rfc3339(*consignment.acknowledge_by) : std::string());
  out.member("href", std::string(base_url) + "/api/v1/inbox/" + to_string(consignment.message));
  member_or_null(out, "acknowledge_url", consignment.acknowledge_url);
  out.end_object().end_object();
  return text;
}

}  // namespace noroshi::delivery
