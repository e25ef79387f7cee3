#include "src/record/event_codec.h"

#include <algorithm>
#include <concepts>
#include <cstdlib>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>

#include <boost/pfr/tuple_size.hpp>

#include "src/record/event_codes.h"

namespace noroshi::record {
namespace {

constexpr std::uint8_t version = 1;

void append(std::string& bytes, std::uint64_t number, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(number >> shift));
}

// Reasons as the value of an opening: their count, then each sentence in both languages with its length
// before it.
std::string encode_reasons(const std::vector<routing::Reason>& reasons) {
  if (reasons.empty()) return {};
  if (reasons.size() > std::numeric_limits<std::uint16_t>::max()) std::abort();
  std::string bytes;
  append(bytes, reasons.size(), 2);
  for (const auto& reason : reasons) {
    for (const auto* text : {&reason.ja, &reason.en}) {
      append(bytes, text->size(), 4);
      bytes += *text;
    }
  }
  return bytes;
}

// Nothing for bytes that encode_reasons() does not make.
std::optional<std::vector<routing::Reason>> decode_reasons(std::string_view bytes) {
  const auto number = [&bytes](std::size_t width) -> std::optional<std::size_t> {
    if (bytes.size() < width) return std::nullopt;
    std::size_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
    bytes.remove_prefix(width);
    return value;
  };
  const auto count = number(2);
  if (!count || *count == 0) return std::nullopt;
  std::vector<routing::Reason> reasons;
  for (std::size_t i = 0; i < *count; ++i) {
    routing::Reason reason;
    for (auto* text : {&reason.ja, &reason.en}) {
      const auto length = number(4);
      if (!length || *length > bytes.size()) return std::nullopt;
      *text = bytes.substr(0, *length);
      bytes.remove_prefix(*length);
    }
    reasons.push_back(std::move(reason));
  }
  if (!bytes.empty()) return std::nullopt;
  return reasons;
}

// Settings as the value of an opening: their count, then name and value of each with its length before it, in the order of
// the names' bytes.
std::string encode_settings(const core::EndpointSettings& settings) {
  if (settings.empty()) return {};
  if (settings.size() > std::numeric_limits<std::uint16_t>::max()) std::abort();
  std::string bytes;
  append(bytes, settings.size(), 2);
  for (const auto& [name, value] : settings) {
    for (const auto* text : {&name, &value}) {
      append(bytes, text->size(), 4);
      bytes += *text;
    }
  }
  return bytes;
}

// Nothing for bytes that encode_settings() does not make.
std::optional<core::EndpointSettings> decode_settings(std::string_view bytes) {
  const auto whole = bytes;
  if (bytes.size() < 2) return std::nullopt;
  bytes.remove_prefix(2);
  core::EndpointSettings settings;
  while (!bytes.empty()) {
    std::string texts[2];
    for (auto& text : texts) {
      if (bytes.size() < 4) return std::nullopt;
      std::size_t length = 0;
      for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<std::uint8_t>(bytes[i]);
      bytes.remove_prefix(4);
      if (length > bytes.size()) return std::nullopt;
      text = bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
    settings.emplace(std::move(texts[0]), std::move(texts[1]));
  }
  // Another order, a name that stands twice, another count: there is one form.
  if (settings.empty() || settings.size() > std::numeric_limits<std::uint16_t>::max() || encode_settings(settings) != whole)
    return std::nullopt;
  return settings;
}

// Writes a leaf. Has the same members as Reader, so that one description of each event serves both.
class Writer {
 public:
  explicit Writer(SaltSource& salts) : salts_(salts) { encoded_.leaf.reserve(256); }

  void number(std::uint64_t value, int width) { append(encoded_.leaf, value, width); }
  void bytes(const std::uint8_t* data, std::size_t size) {
    encoded_.leaf.append(reinterpret_cast<const char*>(data), size);
  }

  void fact(const core::Uuid& id) { bytes(id.bytes.data(), id.bytes.size()); }
  void fact(Timestamp at) { number(static_cast<std::uint64_t>(at.time_since_epoch().count()), 8); }
  void fact(std::chrono::seconds duration) { number(static_cast<std::uint64_t>(duration.count()), 8); }
  void fact(int value) { number(static_cast<std::uint32_t>(value), 4); }
  void fact(std::uint64_t count) { number(count, 8); }
  void fact(const std::array<std::uint8_t, 32>& hash) { bytes(hash.data(), hash.size()); }
  void fact(bool value) { number(value, 1); }
  void fact(const std::string& word) {
    count(word.size());
    encoded_.leaf += word;
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void fact(Enum value) {
    if (code_of(value) == 0) std::abort();
    number(code_of(value), 1);
  }
  template <class T>
  void fact(const std::optional<T>& value) {
    fact(value.has_value());
    if (value) describe(*this, *value);
  }
  template <class T>
  void fact(const std::vector<T>& list) {
    count(list.size());
    for (const auto& entry : list) describe(*this, entry);
  }

  void text(std::string_view field, const std::string& value) {
    fact(!value.empty());
    if (value.empty()) return;
    const auto salt = salts_.next();
    const auto commitment = commitment_of(salt, value);
    bytes(commitment.data(), commitment.size());
    encoded_.openings.push_back({std::string(field), salt, value});
  }
  void digest(std::string_view field, const std::string& value) {
    if (!value.empty() && value.size() != sizeof(Digest)) std::abort();
    text(field, value);
  }
  void reasons(std::string_view field, const std::vector<routing::Reason>& value) {
    text(field, encode_reasons(value));
  }
  void reason(std::string_view field, const routing::Reason& value) {
    text(field, value == routing::Reason{} ? std::string() : encode_reasons({value}));
  }
  void settings(std::string_view field, const core::EndpointSettings& value) { text(field, encode_settings(value)); }
  // One a line: none of them holds a line's end.
  void lines(std::string_view field, const std::vector<std::string>& value) {
    std::string all;
    for (const auto& line : value) all += line + '\n';
    text(field, all);
  }
  EncodedEvent finish() && { return std::move(encoded_); }

 private:
  void count(std::size_t size) {
    if (size > std::numeric_limits<std::uint16_t>::max()) std::abort();
    number(size, 2);
  }

  SaltSource& salts_;
  EncodedEvent encoded_;
};

// What can be stated lies in the years 1900 to 9999 (routing/time.h), and what follows from it at most ten years later.
// With other times nobody could reckon.
constexpr Timestamp earliest_time = std::chrono::sys_days(std::chrono::year{0} / 1 / 1);
constexpr Timestamp end_of_time = std::chrono::sys_days(std::chrono::year{11000} / 1 / 1);

// Reads a leaf. After the first mistake everything reads as zero, and `error()` tells of that first one.
class Reader {
 public:
  // Every commitment met is added to `found`, where it is wanted.
  Reader(std::string_view leaf, const std::vector<Opening>& openings, std::vector<Commitment>* found = nullptr)
      : leaf_(leaf), openings_(openings), used_(openings.size()), found_(found) {}

  std::uint64_t number(int width) {
    auto data = take(static_cast<std::size_t>(width));
    std::uint64_t value = 0;
    for (char byte : data) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
  }
  void bytes(std::uint8_t* out, std::size_t size) {
    auto data = take(size);
    std::copy(data.begin(), data.end(), out);
  }

  void fact(core::Uuid& id) { bytes(id.bytes.data(), id.bytes.size()); }
  void fact(Timestamp& at) {
    const Timestamp stated{std::chrono::microseconds(static_cast<std::int64_t>(number(8)))};
    if (stated < earliest_time || stated >= end_of_time) return fail("a time that no clock shows", 8);
    at = stated;
  }
  void fact(std::chrono::seconds& duration) {
    duration = std::chrono::seconds(static_cast<std::int64_t>(number(8)));
  }
  void fact(int& value) { value = static_cast<std::int32_t>(static_cast<std::uint32_t>(number(4))); }
  void fact(std::uint64_t& count) { count = number(8); }
  void fact(std::array<std::uint8_t, 32>& hash) { bytes(hash.data(), hash.size()); }
  void fact(bool& value) {
    const auto byte = number(1);
    if (byte > 1) fail("a flag is neither 0 nor 1", 1);
    value = byte == 1;
  }
  void fact(std::string& word) { word = take(number(2)); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void fact(Enum& value) {
    const auto known = value_of<Enum>(static_cast<std::uint8_t>(number(1)));
    if (known)
      value = *known;
    else
      fail("no such code", 1);
  }
  template <class T>
  void fact(std::optional<T>& value) {
    bool present = false;
    fact(present);
    if (present && ok()) describe(*this, value.emplace());
  }
  template <class T>
  void fact(std::vector<T>& list) {
    for (auto left = number(2); left > 0 && ok(); --left) describe(*this, list.emplace_back());
  }

  void text(std::string_view field, std::string& value) {
    value = commitment(field).value_or(std::string(erased));
  }
  void digest(std::string_view field, std::string& value) {
    auto opened = commitment(field);
    if (opened && !opened->empty() && opened->size() != sizeof(Digest)) fail_field(field, "is no SHA-256");
    value = std::move(opened).value_or(std::string(erased));
  }
  void reasons(std::string_view field, std::vector<routing::Reason>& value) {
    const auto opened = commitment(field);
    if (!opened) {
      value = {{std::string(erased), std::string(erased)}};
    } else if (!opened->empty()) {
      auto decoded = decode_reasons(*opened);
      if (!decoded) return fail_field(field, "is no list of reasons");
      value = std::move(*decoded);
    }
  }
  void reason(std::string_view field, routing::Reason& value) {
    std::vector<routing::Reason> list;
    reasons(field, list);
    if (list.empty()) return;
    if (list.size() != 1 || list.front() == routing::Reason{}) return fail_field(field, "is not one reason");
    value = std::move(list.front());
  }
  void settings(std::string_view field, core::EndpointSettings& value) {
    const auto opened = commitment(field);
    if (!opened) {
      value = {{std::string(erased), std::string(erased)}};
    } else if (!opened->empty()) {
      auto decoded = decode_settings(*opened);
      if (!decoded) return fail_field(field, "is no list of settings");
      value = std::move(*decoded);
    }
  }
  void lines(std::string_view field, std::vector<std::string>& value) {
    const auto opened = commitment(field);
    if (!opened) {
      value = {std::string(erased)};
      return;
    }
    if (!opened->empty() && opened->back() != '\n') return fail_field(field, "is no list of lines");
    for (std::size_t from = 0; from < opened->size();) {
      const auto end = opened->find('\n', from);
      value.push_back(opened->substr(from, end - from));
      from = end + 1;
    }
  }
  // The value committed to: empty where the leaf says so, nothing where it has been erased.
  std::optional<std::string> commitment(std::string_view field) {
    bool present = false;
    fact(present);
    if (!present) return std::string();
    Digest expected;
    bytes(expected.data(), expected.size());
    if (found_) found_->push_back({std::string(field), expected});
    for (std::size_t i = 0; i < openings_.size(); ++i) {
      if (used_[i] || openings_[i].field != field) continue;
      used_[i] = true;
      if (openings_[i].value.empty()) fail_field(field, "is empty; an empty text has no commitment");
      if (commitment_of(openings_[i].salt, openings_[i].value) != expected)
        fail_field(field, "does not match its commitment");
      return openings_[i].value;
    }
    return std::nullopt;
  }

  void finish() {
    if (position_ != leaf_.size()) fail("bytes follow the end of the event");
    for (std::size_t i = 0; i < openings_.size(); ++i)
      if (!used_[i]) fail_field(openings_[i].field, "is not one of this event, or stands twice");
  }

  // `back` counts the bytes that led to it and have been read already.
  void fail(std::string what, std::size_t back = 0) {
    if (ok()) error_ = std::move(what) + " at byte " + std::to_string(position_ - back);
  }
  bool ok() const { return error_.empty(); }
  const std::string& error() const { return error_; }

 private:
  std::string_view take(std::size_t size) {
    static constexpr std::string_view zeros = {"\0\0\0\0\0\0\0\0", 8};
    if (ok() && size <= leaf_.size() - position_) {
      auto data = leaf_.substr(position_, size);
      position_ += size;
      return data;
    }
    fail("the leaf ends early");
    return zeros.substr(0, size);
  }
  void fail_field(std::string_view field, std::string_view what) {
    if (ok()) error_ = "opening '" + std::string(field) + "' " + std::string(what);
  }

  std::string_view leaf_;
  std::size_t position_ = 0;
  const std::vector<Opening>& openings_;
  std::vector<bool> used_;
  std::vector<Commitment>* found_;
  std::string error_;
};

// A member that describe() does not know would vanish without a word. Whoever adds one to a type that leaves
// hold gives the event a new type number beside the old (schemas/events/README.md), describes it, and counts
// it here.
template <class T, std::size_t count>
constexpr bool has_members = boost::pfr::tuple_size_v<T> == count;
static_assert(has_members<core::Event, 5> && has_members<core::Actor, 5> && has_members<core::Report, 24>);
static_assert(has_members<core::StatedTime, 2> && has_members<routing::LargeScaleCell, 3>);
static_assert(has_members<core::HeldJudgement, 3> && has_members<routing::Judgement, 4>);
static_assert(has_members<core::Obligation, 24> && has_members<core::Fulfillment, 6> &&
              has_members<core::Message, 19>);
static_assert(has_members<routing::Reason, 2>);
static_assert(has_members<core::IncidentOpened, 6> && has_members<core::ReportReceived, 7>);
static_assert(has_members<core::JudgementMade, 2> && has_members<core::IncidentMoved, 4>);
static_assert(has_members<core::AccessGranted, 4> && has_members<core::RecipientAdded, 3>);
static_assert(has_members<core::ObligationOpened, 1> && has_members<core::ObligationFulfilled, 2>);
static_assert(has_members<core::ObligationSuperseded, 2> && has_members<core::ObligationReopened, 3>);
static_assert(has_members<core::ObligationWaived, 2> && has_members<core::ObligationRecurred, 3>);
static_assert(has_members<core::ObligationPassed, 5> && has_members<core::MessageSent, 1>);
static_assert(has_members<core::MessageAcknowledged, 4> && has_members<core::WaiverAsked, 3>);
static_assert(has_members<core::WaiverDecided, 4> && has_members<core::AlarmRaised, 4> &&
              has_members<core::AlarmRung, 12>);
static_assert(has_members<core::RelaySwitchAsked, 4> && has_members<core::RelaySwitchDecided, 4>);
static_assert(has_members<core::MessagePassed, 3> && has_members<core::IncidentPassed, 2>);
static_assert(has_members<core::RecordContinued, 7> && has_members<core::KeyRegistered, 4> &&
              has_members<core::KeyRetired, 2>);
static_assert(has_members<core::ErasureAsked, 2> && has_members<core::ErasureDecided, 5>);
static_assert(has_members<core::Person, 6> && has_members<core::Appointment, 7> && has_members<core::Delegation, 8>);
static_assert(has_members<core::Training, 6> && has_members<core::Shift, 6> && has_members<core::Assignment, 16>);
static_assert(has_members<core::CymatRequest, 21> && has_members<core::CymatMember, 12> && has_members<core::HandlingStep, 7>);
static_assert(has_members<core::Instruction, 9> && has_members<core::PlatformLink, 4> && has_members<core::PersonRegistered, 1>);
static_assert(has_members<core::PersonChanged, 1> && has_members<core::PersonLeft, 2> && has_members<core::AppointmentMade, 1>);
static_assert(has_members<core::AppointmentEnded, 2> && has_members<core::DelegationMade, 1> && has_members<core::DelegationEnded, 2>);
static_assert(has_members<core::TrainingRecorded, 1> && has_members<core::ShiftSet, 1> && has_members<core::ShiftCancelled, 2>);
static_assert(has_members<core::AssignmentProposed, 1> && has_members<core::AssignmentAccepted, 1> && has_members<core::AssignmentDeclined, 2>);
static_assert(has_members<core::AssignmentActivated, 2> && has_members<core::AssignmentHandedOver, 2> && has_members<core::AssignmentReleased, 2>);
static_assert(has_members<core::AssignmentDutyMoved, 2> && has_members<core::CymatRequested, 1> && has_members<core::CymatForwarded, 2>);
static_assert(has_members<core::CymatReceived, 1> && has_members<core::CymatDecided, 4> && has_members<core::CymatMemberProposed, 2>);
static_assert(has_members<core::CymatMemberAnswered, 4> && has_members<core::CymatMemberWithdrawn, 3> && has_members<core::CymatFormed, 1>);
static_assert(has_members<core::CymatDispatched, 1> && has_members<core::CymatBegun, 1> && has_members<core::CymatLogged, 5>);
static_assert(has_members<core::CymatEnded, 2> && has_members<core::CymatReported, 2> && has_members<core::AccessEnded, 2>);
static_assert(has_members<core::HandlingStepTaken, 1> && has_members<core::InstructionGiven, 1> && has_members<core::InstructionAnswered, 3>);
static_assert(has_members<core::PlatformLinked, 1>);
static_assert(has_members<core::Endpoint, 12> && has_members<core::EndpointFilter, 3> && has_members<core::Delivery, 9>);
static_assert(has_members<core::EndpointProposed, 1> && has_members<core::EndpointDecided, 4> && has_members<core::EndpointDisabled, 4>);
static_assert(has_members<core::EndpointResumed, 3> && has_members<core::EndpointWithdrawn, 3>);
static_assert(has_members<core::Grades, 3> && has_members<core::Label, 8> && has_members<core::LabelChange, 7>);
static_assert(has_members<core::LabelMapping, 5> && has_members<core::SealingKey, 9> && has_members<core::Annex, 13>);
static_assert(has_members<core::AnnexKey, 2> && has_members<core::Attachment, 6> && has_members<core::Withholding, 7>);
static_assert(has_members<core::Inquiry, 11> && has_members<core::Notice, 9>);
static_assert(has_members<core::LabelGiven, 1> && has_members<core::LabelChangeAsked, 1> && has_members<core::LabelChangeDecided, 3>);
static_assert(has_members<core::ConsentStated, 1> && has_members<core::LabelMappingSet, 1> && has_members<core::LabelMappingWithdrawn, 3>);
static_assert(has_members<core::SealingKeyProposed, 1> && has_members<core::SealingKeyDecided, 4> && has_members<core::SealingKeyRevoked, 3>);
static_assert(has_members<core::AnnexAsked, 1> && has_members<core::AnnexDecided, 3> && has_members<core::AnnexSealed, 5>);
static_assert(has_members<core::AnnexRewrapped, 5> && has_members<core::AnnexUnreadable, 3> && has_members<core::AttachmentAdded, 1>);
static_assert(has_members<core::ContentWithheld, 1> && has_members<core::ContentReleased, 2> && has_members<core::InquiryAsked, 1>);
static_assert(has_members<core::InquiryAnswered, 2> && has_members<core::InquiryWithdrawn, 2> && has_members<core::NoticeGiven, 1>);
static_assert(has_members<core::NoticeAnswered, 4> && has_members<core::NoticeLinked, 1>);
static_assert(has_members<core::DeliveryQueued, 1> && has_members<core::DeliverySettled, 4> && has_members<core::DeliveryReplayed, 2>);

// Of who acts, the person is left out: the token, which stands there, is bound to him. Of assignments, requests, members,
// instructions, endpoints, deliveries, keys, annexes, inquiries and notices what follows from later events is. Of a report its shared
// platforms, the rest of its label and its consent are: events of their own tell of them. Of an annex the bytes are, as of a report.
//
// Of duties and messages the ladder of alarms, what it counts from and who succeeded to a message are left out: they start
// with the event and move with what follows.

// describe(): the order of the fields of each kind of value, once for writing and reading; a value is const
// when written.
template <class Value, class T>
concept Is = std::is_same_v<std::remove_const_t<Value>, T>;

template <class Archive, class Value>
requires requires(Archive archive, Value value) {
  archive.fact(value);
}
void describe(Archive& archive, Value& fact) {
  archive.fact(fact);
}

template <class Archive, class Value>
requires Is<decltype(Value::value), core::Uuid>
void describe(Archive& archive, Value& id) {
  archive.fact(id.value);
}

template <class Archive>
void describe(Archive& archive, Is<core::Actor> auto& actor) {
  archive.fact(actor.token);
  archive.fact(actor.organization);
  archive.fact(actor.role);
  archive.text("actor_name", actor.name);
}
template <class Archive>
void describe(Archive& archive, Is<core::StatedTime> auto& time) {
  archive.fact(time.value);
  archive.fact(time.precision);
}
template <class Archive>
void describe(Archive& archive, Is<routing::LargeScaleCell> auto& cell) {
  archive.fact(cell.criterion);
  archive.fact(cell.harm);
  archive.fact(cell.certainty);
}
template <class Archive>
void describe(Archive& archive, Is<core::Report> auto& report) {
  archive.fact(report.organization);
  archive.text("reference", report.reference);
  archive.fact(report.stage);
  archive.text("title", report.title);
  archive.fact(report.occurred);
  archive.fact(report.detected);
  describe(archive, report.recognized);
  archive.fact(report.assessed);
  archive.fact(report.assessment);
  archive.text("assessment_reason", report.assessment_reason);
  archive.fact(report.cyberattack);
  archive.text("cyberattack_reason", report.cyberattack_reason);
  archive.fact(report.large_scale);
  archive.fact(report.police);
  archive.fact(report.exercise);
  archive.fact(report.confidentiality);
  archive.text("document", report.document);
  archive.text("changes", report.changes);
}
template <class Archive>
void describe(Archive& archive, Is<core::HeldJudgement> auto& held) {
  archive.fact(held.judgement.organization);
  archive.fact(held.judgement.assessment);
  archive.text("assessment_reason", held.assessment_reason);
  archive.fact(held.judgement.cyberattack);
  archive.text("cyberattack_reason", held.cyberattack_reason);
  archive.fact(held.judgement.large_scale);
}
template <class Archive>
void describe(Archive& archive, Is<core::Obligation> auto& obligation) {
  describe(archive, obligation.id);
  archive.fact(obligation.edition);
  archive.fact(obligation.rule);
  archive.fact(obligation.clause);
  archive.fact(obligation.sentence);
  archive.fact(obligation.holder);
  archive.fact(obligation.recipient);
  archive.fact(obligation.self);
  archive.fact(obligation.inner);
  archive.fact(obligation.opens_on);
  archive.fact(obligation.opened_at);
  archive.fact(obligation.due_at);
  archive.fact(obligation.target);
  archive.fact(obligation.state);
  archive.fact(obligation.occasion);
  archive.fact(obligation.formerly);
  archive.fact(obligation.recipient_formerly);
  archive.reasons("because", obligation.because);
  archive.fact(obligation.fulfilled_at);
  archive.fact(obligation.acknowledged_at);
  archive.fact(obligation.revision);
}
template <class Archive>
void describe(Archive& archive, Is<core::Fulfillment> auto& fulfillment) {
  describe(archive, fulfillment.id);
  describe(archive, fulfillment.obligation);
  archive.fact(fulfillment.method);
  archive.fact(fulfillment.at);
  archive.text("note", fulfillment.note);
  archive.text("reference", fulfillment.reference);
}
template <class Archive>
void describe(Archive& archive, Is<core::Message> auto& message) {
  describe(archive, message.id);
  archive.fact(message.report);
  archive.fact(message.kind);
  archive.fact(message.sender);
  archive.fact(message.recipient);
  archive.fact(message.obligation);
  archive.fact(message.clause);
  archive.fact(message.sentence);
  archive.text("note", message.note);
  archive.fact(message.automatic);
  archive.fact(message.sent_at);
  archive.fact(message.acknowledge_by);
  archive.fact(message.state);
  archive.fact(message.acknowledged_at);
  archive.text("acknowledged_by", message.acknowledged_by);
  archive.fact(message.revision);
}

template <class Archive>
void describe(Archive& archive, Is<core::IncidentOpened> auto& what) {
  archive.fact(what.number);
  archive.fact(what.organization);
  archive.text("reference", what.reference);
  archive.fact(what.exercise);
  archive.fact(what.recognized);
  archive.fact(what.edition);
}
template <class Archive>
void describe(Archive& archive, Is<core::ReportReceived> auto& what) {
  describe(archive, what.report);
  archive.fact(what.version);
  archive.fact(what.submitted_by);
  describe(archive, what.content);
  archive.digest("sha256", what.sha256);
  archive.fact(what.followup_due);
}
template <class Archive>
void describe(Archive& archive, Is<core::JudgementMade> auto& what) {
  describe(archive, what.id);
  describe(archive, what.held);
}
template <class Archive>
void describe(Archive& archive, Is<core::IncidentMoved> auto& what) {
  archive.fact(what.from);
  archive.fact(what.to);
  archive.text("reason", what.reason);
  archive.fact(what.followup_due);
}
template <class Archive>
void describe(Archive& archive, Is<core::AccessGranted> auto& what) {
  archive.fact(what.organization);
  archive.fact(what.scope);
  archive.fact(what.because);
  archive.fact(what.in_place_of);
}
template <class Archive>
void describe(Archive& archive, Is<core::RecipientAdded> auto& what) {
  archive.fact(what.organization);
  archive.fact(what.police);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::ObligationOpened> auto& what) {
  describe(archive, what.obligation);
}
template <class Archive>
void describe(Archive& archive, Is<core::ObligationFulfilled> auto& what) {
  describe(archive, what.fulfillment);
  archive.fact(what.late_by);
}
template <class Archive>
void describe(Archive& archive, Is<core::ObligationSuperseded> auto& what) {
  describe(archive, what.obligation);
  archive.reason("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::ObligationReopened> auto& what) {
  describe(archive, what.obligation);
  archive.fact(what.due_at);
  archive.reasons("because", what.because);
}
template <class Archive>
void describe(Archive& archive, Is<core::ObligationWaived> auto& what) {
  describe(archive, what.obligation);
  describe(archive, what.waiver);
}
template <class Archive>
void describe(Archive& archive, Is<core::ObligationRecurred> auto& what) {
  describe(archive, what.obligation);
  archive.fact(what.occasion);
  archive.fact(what.rings_anew);
}
template <class Archive>
void describe(Archive& archive, Is<core::ObligationPassed> auto& what) {
  describe(archive, what.obligation);
  archive.fact(what.holder);
  archive.fact(what.recipient);
  archive.fact(what.formerly);
  archive.fact(what.recipient_formerly);
}
template <class Archive>
void describe(Archive& archive, Is<core::MessageSent> auto& what) {
  describe(archive, what.message);
}
template <class Archive>
void describe(Archive& archive, Is<core::MessageAcknowledged> auto& what) {
  describe(archive, what.message);
  archive.fact(what.obligation);
  archive.text("by", what.by);
  archive.text("note", what.note);
}
template <class Archive>
void describe(Archive& archive, Is<core::WaiverAsked> auto& what) {
  describe(archive, what.waiver);
  describe(archive, what.obligation);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::WaiverDecided> auto& what) {
  describe(archive, what.waiver);
  describe(archive, what.obligation);
  archive.fact(what.approved);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::AlarmRaised> auto& what) {
  describe(archive, what.alarm);
  archive.fact(what.code);
  archive.fact(what.organization);
  archive.reason("reason", what.reason);
}

template <class Archive>
void describe(Archive& archive, Is<core::AlarmRung> auto& what) {
  describe(archive, what.alarm);
  archive.fact(what.clock);
  archive.fact(what.subject);
  archive.fact(what.round);
  archive.fact(what.level);
  archive.fact(what.code);
  archive.fact(what.holder);
  archive.fact(what.organization);
  archive.fact(what.role);
  archive.fact(what.due_at);
  archive.fact(what.reached_at);
  archive.reason("reason", what.reason);
}

template <class Archive>
void describe(Archive& archive, Is<core::RelaySwitchAsked> auto& what) {
  describe(archive, what.id);
  archive.fact(what.organization);
  archive.fact(what.switched_on);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::RelaySwitchDecided> auto& what) {
  describe(archive, what.id);
  archive.fact(what.organization);
  archive.fact(what.approved);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::RecordContinued> auto& what) {
  archive.fact(what.origin);
  archive.fact(what.origin_before);
  archive.fact(what.highest_size);
  archive.fact(what.highest_root);
  archive.fact(what.held_size);
  archive.fact(what.held_root);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::KeyRegistered> auto& what) {
  archive.fact(what.key);
  archive.fact(what.algorithm);
  archive.fact(what.public_key);
  archive.fact(what.purpose);
}
template <class Archive>
void describe(Archive& archive, Is<core::KeyRetired> auto& what) {
  archive.fact(what.key);
  archive.text("reason", what.reason);
}

template <class Archive>
void describe(Archive& archive, Is<core::ErasureAsked> auto& what) {
  describe(archive, what.erasure);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::ErasureDecided> auto& what) {
  describe(archive, what.erasure);
  archive.fact(what.approved);
  archive.text("reason", what.reason);
  archive.fact(what.retention_class);
  archive.fact(what.retained_until);
}

template <class Archive>
void describe(Archive& archive, Is<core::MessagePassed> auto& what) {
  describe(archive, what.message);
  archive.fact(what.recipient);
  archive.fact(what.formerly);
}
template <class Archive>
void describe(Archive& archive, Is<core::IncidentPassed> auto& what) {
  archive.fact(what.organization);
  archive.fact(what.formerly);
}

template <class Archive>
void describe(Archive& archive, Is<core::Person> auto& person) {
  describe(archive, person.id);
  archive.fact(person.organization);
  archive.text("name", person.name);
  archive.fact(person.employment);
  archive.fact(person.skills);
  archive.fact(person.cleared);
}
template <class Archive>
void describe(Archive& archive, Is<core::Appointment> auto& appointment) {
  describe(archive, appointment.id);
  describe(archive, appointment.person);
  archive.fact(appointment.post);
  archive.fact(appointment.ground);
  archive.text("reason", appointment.reason);
  archive.fact(appointment.from);
  archive.fact(appointment.until);
}
template <class Archive>
void describe(Archive& archive, Is<core::Delegation> auto& delegation) {
  describe(archive, delegation.id);
  describe(archive, delegation.from_person);
  describe(archive, delegation.to_person);
  archive.fact(delegation.post);
  archive.fact(delegation.powers);
  archive.text("reason", delegation.reason);
  archive.fact(delegation.from);
  archive.fact(delegation.until);
}
template <class Archive>
void describe(Archive& archive, Is<core::Training> auto& training) {
  describe(archive, training.id);
  describe(archive, training.person);
  archive.fact(training.kind);
  archive.text("course", training.course);
  archive.fact(training.completed_at);
  archive.fact(training.valid_until);
}
template <class Archive>
void describe(Archive& archive, Is<core::Shift> auto& shift) {
  describe(archive, shift.id);
  describe(archive, shift.person);
  archive.fact(shift.post);
  archive.fact(shift.from);
  archive.fact(shift.until);
  archive.fact(shift.overrides);
}
template <class Archive>
void describe(Archive& archive, Is<core::Assignment> auto& assignment) {
  describe(archive, assignment.id);
  archive.fact(assignment.organization);
  describe(archive, assignment.person);
  archive.text("name", assignment.name);
  archive.fact(assignment.function);
  archive.fact(assignment.trained);
  archive.fact(assignment.replaces);
  archive.text("note", assignment.note);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatRequest> auto& request) {
  describe(archive, request.id);
  archive.fact(request.organization);
  archive.fact(request.supported);
  archive.fact(request.through);
  archive.fact(request.center);
  archive.text("reason", request.reason);
  archive.fact(request.priority);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatMember> auto& member) {
  describe(archive, member.id);
  archive.fact(member.organization);
  describe(archive, member.person);
  archive.text("name", member.name);
  archive.fact(member.lead);
  archive.fact(member.trained);
  archive.fact(member.cleared);
  archive.fact(member.of_affected_body);
}
template <class Archive>
void describe(Archive& archive, Is<core::HandlingStep> auto& step) {
  describe(archive, step.id);
  archive.fact(step.organization);
  archive.fact(step.kind);
  archive.text("text", step.text);
  archive.fact(step.person);
  archive.text("name", step.name);
  archive.fact(step.by_delegate);
}
template <class Archive>
void describe(Archive& archive, Is<core::Instruction> auto& instruction) {
  describe(archive, instruction.id);
  archive.fact(instruction.organization);
  archive.fact(instruction.kind);
  archive.fact(instruction.force);
  archive.text("addressee", instruction.addressee);
  archive.text("text", instruction.text);
  archive.fact(instruction.answer_by);
}
template <class Archive>
void describe(Archive& archive, Is<core::PlatformLink> auto& link) {
  describe(archive, link.id);
  archive.text("platform", link.platform);
  archive.fact(link.operator_organization);
  archive.fact(link.affected_organization);
}
template <class Archive>
void describe(Archive& archive, Is<core::PersonRegistered> auto& what) {
  describe(archive, what.person);
}
template <class Archive>
void describe(Archive& archive, Is<core::PersonChanged> auto& what) {
  describe(archive, what.person);
}
template <class Archive>
void describe(Archive& archive, Is<core::PersonLeft> auto& what) {
  describe(archive, what.person);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::AppointmentMade> auto& what) {
  describe(archive, what.appointment);
}
template <class Archive>
void describe(Archive& archive, Is<core::AppointmentEnded> auto& what) {
  describe(archive, what.appointment);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::DelegationMade> auto& what) {
  describe(archive, what.delegation);
}
template <class Archive>
void describe(Archive& archive, Is<core::DelegationEnded> auto& what) {
  describe(archive, what.delegation);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::TrainingRecorded> auto& what) {
  describe(archive, what.training);
}
template <class Archive>
void describe(Archive& archive, Is<core::ShiftSet> auto& what) {
  describe(archive, what.shift);
}
template <class Archive>
void describe(Archive& archive, Is<core::ShiftCancelled> auto& what) {
  describe(archive, what.shift);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::AssignmentProposed> auto& what) {
  describe(archive, what.assignment);
}
template <class Archive>
void describe(Archive& archive, Is<core::AssignmentAccepted> auto& what) {
  describe(archive, what.assignment);
}
template <class Archive>
void describe(Archive& archive, Is<core::AssignmentDeclined> auto& what) {
  describe(archive, what.assignment);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::AssignmentActivated> auto& what) {
  describe(archive, what.assignment);
  archive.fact(what.duty_until);
}
template <class Archive>
void describe(Archive& archive, Is<core::AssignmentHandedOver> auto& what) {
  describe(archive, what.assignment);
  describe(archive, what.to);
}
template <class Archive>
void describe(Archive& archive, Is<core::AssignmentReleased> auto& what) {
  describe(archive, what.assignment);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::AssignmentDutyMoved> auto& what) {
  describe(archive, what.assignment);
  archive.fact(what.duty_until);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatRequested> auto& what) {
  describe(archive, what.request);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatForwarded> auto& what) {
  describe(archive, what.request);
  archive.text("note", what.note);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatReceived> auto& what) {
  describe(archive, what.request);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatDecided> auto& what) {
  describe(archive, what.request);
  archive.fact(what.ruling);
  archive.fact(what.united_response);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatMemberProposed> auto& what) {
  describe(archive, what.request);
  describe(archive, what.member);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatMemberAnswered> auto& what) {
  describe(archive, what.request);
  describe(archive, what.member);
  archive.fact(what.agreed);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatMemberWithdrawn> auto& what) {
  describe(archive, what.request);
  describe(archive, what.member);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatFormed> auto& what) {
  describe(archive, what.request);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatDispatched> auto& what) {
  describe(archive, what.request);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatBegun> auto& what) {
  describe(archive, what.request);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatLogged> auto& what) {
  describe(archive, what.request);
  describe(archive, what.entry);
  archive.fact(what.kind);
  archive.text("text", what.text);
  archive.fact(what.confidentiality);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatEnded> auto& what) {
  describe(archive, what.request);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::CymatReported> auto& what) {
  describe(archive, what.request);
  archive.text("text", what.text);
}
template <class Archive>
void describe(Archive& archive, Is<core::AccessEnded> auto& what) {
  archive.fact(what.organization);
  archive.fact(what.because);
}
template <class Archive>
void describe(Archive& archive, Is<core::HandlingStepTaken> auto& what) {
  describe(archive, what.step);
}
template <class Archive>
void describe(Archive& archive, Is<core::InstructionGiven> auto& what) {
  describe(archive, what.instruction);
}
template <class Archive>
void describe(Archive& archive, Is<core::InstructionAnswered> auto& what) {
  describe(archive, what.instruction);
  archive.fact(what.carried_out);
  archive.text("text", what.text);
}
template <class Archive>
void describe(Archive& archive, Is<core::PlatformLinked> auto& what) {
  describe(archive, what.link);
}

template <class Archive>
void describe(Archive& archive, Is<core::Endpoint> auto& endpoint) {
  describe(archive, endpoint.id);
  archive.fact(endpoint.organization);
  archive.fact(endpoint.channel);
  archive.text("name", endpoint.name);
  archive.fact(endpoint.zone);
  archive.settings("settings", endpoint.settings);
  archive.fact(endpoint.filter.kinds);
  archive.fact(endpoint.filter.role);
  archive.fact(endpoint.filter.least);
}
template <class Archive>
void describe(Archive& archive, Is<core::EndpointProposed> auto& what) {
  describe(archive, what.endpoint);
}
template <class Archive>
void describe(Archive& archive, Is<core::EndpointDecided> auto& what) {
  describe(archive, what.endpoint);
  archive.fact(what.organization);
  archive.fact(what.approved);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::EndpointDisabled> auto& what) {
  describe(archive, what.endpoint);
  archive.fact(what.organization);
  archive.fact(what.cause);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::EndpointResumed> auto& what) {
  describe(archive, what.endpoint);
  archive.fact(what.organization);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::EndpointWithdrawn> auto& what) {
  describe(archive, what.endpoint);
  archive.fact(what.organization);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::Delivery> auto& delivery) {
  describe(archive, delivery.id);
  describe(archive, delivery.message);
  describe(archive, delivery.endpoint);
  archive.fact(delivery.organization);
  archive.fact(delivery.channel);
}
template <class Archive>
void describe(Archive& archive, Is<core::DeliveryQueued> auto& what) {
  describe(archive, what.delivery);
}
template <class Archive>
void describe(Archive& archive, Is<core::DeliverySettled> auto& what) {
  describe(archive, what.delivery);
  archive.fact(what.state);
  archive.fact(what.attempts);
  archive.fact(what.cause);
}
template <class Archive>
void describe(Archive& archive, Is<core::DeliveryReplayed> auto& what) {
  describe(archive, what.delivery);
  archive.text("reason", what.reason);
}

template <class Archive>
void describe(Archive& archive, Is<core::Grades> auto& grades) {
  archive.fact(grades.confidentiality);
  archive.fact(grades.integrity);
  archive.fact(grades.availability);
}
template <class Archive>
void describe(Archive& archive, Is<core::Label> auto& label) {
  describe(archive, label.id);
  archive.text("own_label", label.own_label);
  describe(archive, label.grades);
  archive.fact(label.rule);
  archive.fact(label.ground);
  archive.lines("restrictions", label.restrictions);
}
template <class Archive>
void describe(Archive& archive, Is<core::LabelChange> auto& change) {
  describe(archive, change.id);
  archive.text("own_label", change.own_label);
  describe(archive, change.grades);
  archive.text("reason", change.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::LabelMapping> auto& mapping) {
  describe(archive, mapping.id);
  archive.fact(mapping.organization);
  archive.text("own_label", mapping.own_label);
  describe(archive, mapping.grades);
}
template <class Archive>
void describe(Archive& archive, Is<core::SealingKey> auto& key) {
  describe(archive, key.id);
  archive.fact(key.organization);
  archive.fact(key.key_id);
  archive.text("public_key", key.public_key);
  archive.text("name", key.name);
}
template <class Archive>
void describe(Archive& archive, Is<core::AnnexKey> auto& key) {
  archive.fact(key.organization);
  archive.fact(key.key_id);
}
template <class Archive>
void describe(Archive& archive, Is<core::Annex> auto& annex) {
  describe(archive, annex.id);
  archive.fact(annex.organization);
  archive.text("title", annex.name);
  archive.fact(annex.permit_by);
}
template <class Archive>
void describe(Archive& archive, Is<core::Attachment> auto& attachment) {
  describe(archive, attachment.id);
  archive.fact(attachment.organization);
  archive.text("file_name", attachment.name);
  archive.text("media_type", attachment.media_type);
  archive.digest("sha256", attachment.sha256);
  archive.fact(attachment.size);
}
template <class Archive>
void describe(Archive& archive, Is<core::Withholding> auto& withholding) {
  describe(archive, withholding.id);
  archive.fact(withholding.organization);
  archive.fact(withholding.from);
  archive.fact(withholding.members);
  archive.text("reason", withholding.reason);
  archive.fact(withholding.until);
}
template <class Archive>
void describe(Archive& archive, Is<core::Inquiry> auto& inquiry) {
  describe(archive, inquiry.id);
  archive.fact(inquiry.from);
  archive.fact(inquiry.to);
  archive.text("text", inquiry.text);
  archive.fact(inquiry.passes_on);
  archive.fact(inquiry.due_at);
}
template <class Archive>
void describe(Archive& archive, Is<core::Notice> auto& notice) {
  describe(archive, notice.id);
  archive.fact(notice.from);
  archive.fact(notice.to);
  archive.text("text", notice.text);
  archive.fact(notice.passes_on);
}
template <class Archive>
void describe(Archive& archive, Is<core::LabelGiven> auto& what) {
  describe(archive, what.label);
}
template <class Archive>
void describe(Archive& archive, Is<core::LabelChangeAsked> auto& what) {
  describe(archive, what.change);
}
template <class Archive>
void describe(Archive& archive, Is<core::LabelChangeDecided> auto& what) {
  describe(archive, what.change);
  archive.fact(what.granted);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::ConsentStated> auto& what) {
  archive.fact(what.consents);
}
template <class Archive>
void describe(Archive& archive, Is<core::LabelMappingSet> auto& what) {
  describe(archive, what.mapping);
}
template <class Archive>
void describe(Archive& archive, Is<core::LabelMappingWithdrawn> auto& what) {
  describe(archive, what.mapping);
  archive.fact(what.organization);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::SealingKeyProposed> auto& what) {
  describe(archive, what.key);
}
template <class Archive>
void describe(Archive& archive, Is<core::SealingKeyDecided> auto& what) {
  describe(archive, what.key);
  archive.fact(what.organization);
  archive.fact(what.approved);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::SealingKeyRevoked> auto& what) {
  describe(archive, what.key);
  archive.fact(what.organization);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::AnnexAsked> auto& what) {
  describe(archive, what.annex);
}
template <class Archive>
void describe(Archive& archive, Is<core::AnnexDecided> auto& what) {
  describe(archive, what.annex);
  archive.fact(what.permitted);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::AnnexSealed> auto& what) {
  describe(archive, what.annex);
  archive.digest("sha256", what.sha256);
  archive.fact(what.size);
  archive.fact(what.keys);
}
template <class Archive>
void describe(Archive& archive, Is<core::AnnexRewrapped> auto& what) {
  describe(archive, what.annex);
  archive.digest("sha256", what.sha256);
  archive.fact(what.size);
  archive.fact(what.keys);
}
template <class Archive>
void describe(Archive& archive, Is<core::AnnexUnreadable> auto& what) {
  describe(archive, what.annex);
  archive.fact(what.organization);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::AttachmentAdded> auto& what) {
  describe(archive, what.attachment);
}
template <class Archive>
void describe(Archive& archive, Is<core::ContentWithheld> auto& what) {
  describe(archive, what.withholding);
}
template <class Archive>
void describe(Archive& archive, Is<core::ContentReleased> auto& what) {
  describe(archive, what.withholding);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::InquiryAsked> auto& what) {
  describe(archive, what.inquiry);
}
template <class Archive>
void describe(Archive& archive, Is<core::InquiryAnswered> auto& what) {
  describe(archive, what.inquiry);
  archive.text("text", what.text);
}
template <class Archive>
void describe(Archive& archive, Is<core::InquiryWithdrawn> auto& what) {
  describe(archive, what.inquiry);
  archive.text("reason", what.reason);
}
template <class Archive>
void describe(Archive& archive, Is<core::NoticeGiven> auto& what) {
  describe(archive, what.notice);
}
template <class Archive>
void describe(Archive& archive, Is<core::NoticeAnswered> auto& what) {
  describe(archive, what.notice);
  archive.fact(what.from);
  archive.fact(what.to);
  archive.text("text", what.text);
}
template <class Archive>
void describe(Archive& archive, Is<core::NoticeLinked> auto& what) {
  describe(archive, what.notice);
}

// The head of a leaf after its version and type.
template <class Archive>
void describe_head(Archive& archive, Is<core::Event> auto& event) {
  describe(archive, event.id);
  archive.fact(event.at);
  describe(archive, event.incident);
  describe(archive, event.actor);
}

// The incident stands once in a leaf, in its head; what is part of it belongs to that one.
auto* incident_inside(auto& what) {
  if (auto* opened = std::get_if<core::ObligationOpened>(&what)) return &opened->obligation.incident;
  if (auto* sent = std::get_if<core::MessageSent>(&what)) return &sent->message.incident;
  return decltype(&std::get<core::MessageSent>(what).message.incident){nullptr};
}

// An alternative of Happening by its code, with nothing in it yet.
template <class... Alternatives>
std::optional<core::Happening> empty_happening(std::uint8_t code, const std::variant<Alternatives...>*) {
  static_assert(((type_code<Alternatives> != 0) && ...), "a happening has no code: give it the next one");
  std::optional<core::Happening> what;
  ((type_code<Alternatives> == code ? void(what.emplace(Alternatives{})) : void()), ...);
  return what;
}

void write_signature(Writer& writer, const ActorSignature* signature) {
  writer.fact(signature != nullptr);
  if (!signature) return;
  if (signature->signature.size() != length_of(signature->algorithm)) std::abort();
  writer.fact(signature->algorithm);
  writer.bytes(signature->key.data(), signature->key.size());
  writer.text("actor_signature",
              std::string(bytes_of(signature->body_sha256)) + signature->signature + signature->call);
}

// Nothing where there is none, or where it has been erased.
std::optional<ActorSignature> read_signature(Reader& reader) {
  bool present = false;
  reader.fact(present);
  if (!present) return std::nullopt;
  ActorSignature signature;
  reader.fact(signature.algorithm);
  reader.bytes(signature.key.data(), signature.key.size());
  const auto opened = reader.commitment("actor_signature");
  if (!opened) return std::nullopt;
  const auto length = length_of(signature.algorithm);
  if (opened->size() < sizeof(Digest) + length) {
    reader.fail("a signature of the wrong length");
    return std::nullopt;
  }
  std::copy_n(opened->begin(), sizeof(Digest), signature.body_sha256.begin());
  signature.signature = opened->substr(sizeof(Digest), length);
  signature.call = opened->substr(sizeof(Digest) + length);
  return signature;
}

struct Read {
  core::Event event;
  std::optional<ActorSignature> signature;
};

tl::expected<Read, std::string> read(std::string_view leaf, const std::vector<Opening>& openings,
                                     std::vector<Commitment>* found = nullptr) {
  Reader reader(leaf, openings, found);
  if (reader.number(1) != version) reader.fail("no such version", 1);
  auto what =
      empty_happening(static_cast<std::uint8_t>(reader.number(1)), static_cast<core::Happening*>(nullptr));
  if (!what) reader.fail("no such type", 1);
  if (!reader.ok()) return tl::unexpected(reader.error());

  Read result;
  core::Event& event = result.event;
  event.what = std::move(*what);
  describe_head(reader, event);
  result.signature = read_signature(reader);
  std::visit([&reader](auto& happening) { describe(reader, happening); }, event.what);
  if (auto* inside = incident_inside(event.what)) *inside = event.incident;
  reader.finish();
  if (!reader.ok()) return tl::unexpected(reader.error());
  return result;
}

}  // namespace

EncodedEvent encode(const core::Event& event, SaltSource& salts, const ActorSignature* signature) {
  if (const auto* inside = incident_inside(event.what); inside && *inside != event.incident) std::abort();
  Writer writer(salts);
  writer.number(version, 1);
  std::visit([&writer](const auto& what) { writer.number(type_code<std::decay_t<decltype(what)>>, 1); },
             event.what);
  describe_head(writer, event);
  write_signature(writer, signature);
  std::visit([&writer](const auto& what) { describe(writer, what); }, event.what);
  return std::move(writer).finish();
}

tl::expected<core::Event, std::string> decode(std::string_view leaf, const std::vector<Opening>& openings) {
  auto result = read(leaf, openings);
  if (!result) return tl::unexpected(std::move(result.error()));
  return std::move(result->event);
}

tl::expected<std::optional<ActorSignature>, std::string> signature_in(std::string_view leaf,
                                                                      const std::vector<Opening>& openings) {
  auto result = read(leaf, openings);
  if (!result) return tl::unexpected(std::move(result.error()));
  return std::move(result->signature);
}

tl::expected<std::vector<Commitment>, std::string> commitments_in(std::string_view leaf) {
  std::vector<Commitment> found;
  auto result = read(leaf, {}, &found);
  if (!result) return tl::unexpected(std::move(result.error()));
  return found;
}

std::size_t length_of(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::ecdsa_p384_sha384 ? 96 : 64;
}

Digest commitment_of(const Salt& salt, std::string_view value) {
  return sha256({bytes_of(salt), value});
}

bool outlives_erasure(std::string_view type, std::string_view field) {
  if (field == "actor_name" || field == "acknowledged_by" || field == "by" || field == "because" || field == "name")
    return true;
  if (field == "reference") return type == "incident.opened" || type == "report.received";
  if (field == "reason")
    return type == "obligation.superseded" || type.starts_with("alarm.") || type.starts_with("erasure.");
  return false;
}

}  // namespace noroshi::record
