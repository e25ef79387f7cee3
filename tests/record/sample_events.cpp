#include "tests/record/sample_events.h"

#include <array>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "src/core/body_information.h"
#include "src/core/staff.h"

namespace noroshi::record::testing {
namespace {

using namespace core;
using routing::LargeScaleCell;
using routing::Reason;

Timestamp at(std::string_view text) {
  return parse_rfc3339(text).value();
}

template <class Id>
Id id(int number) {
  Uuid uuid = parse_uuid("0164f3a0-bd00-7000-8000-000000000000").value();
  uuid.bytes[15] = static_cast<std::uint8_t>(number);
  return Id{uuid};
}

const Reason because_own{"厚生労働省が連絡を受けた", "mhlw received the report"};
const Reason because_agency{"受けた機関は国の行政機関である",
                            "the body that received it is a national agency"};

Report sample_report() {
  Report report;
  report.organization = "jps";
  report.reference = "情セ第12号";
  report.stage = Stage::followup;
  report.title = "不審な通信の検知（続報）";
  report.occurred = StatedTime{at("2018-07-01T00:00:00+09:00"), Precision::month};
  report.detected = StatedTime{at("2018-08-01T08:30:00+09:00"), Precision::minute};
  report.recognized = {at("2018-08-01T09:00:00+09:00"), Precision::hour};
  report.assessed = StatedTime{at("2018-08-01T09:40:00.25+09:00"), Precision::about};
  report.assessment = routing::Assessment::not_incident;
  report.assessment_reason = "誤検知と判明";
  report.cyberattack = routing::Cyberattack::no;
  report.cyberattack_reason = "設定の誤り";
  report.large_scale = {{routing::Criterion::property, routing::Harm::feared, routing::Certainty::may_be}};
  report.police = "police-tokyo";
  report.exercise = true;
  report.confidentiality = 2;
  report.document = R"({"title":"不審な通信の検知（続報）"})";
  report.changes = R"([{"pointer":"/title","before":"不審な通信の検知","after":"不審な通信の検知（続報）"}])";
  return report;
}

Obligation sample_obligation() {
  Obligation obligation;
  obligation.id = id<ObligationId>(20);
  obligation.incident = id<IncidentId>(2);
  obligation.edition = "h30";
  obligation.rule = "g.3";
  obligation.clause = "2.2.4(2)(g)";
  obligation.sentence = 3;
  obligation.holder = "mhlw";
  obligation.recipient = "nco";
  obligation.self = true;
  obligation.inner = true;
  obligation.opens_on = routing::OpensOn::receipt;
  obligation.opened_at = at("2018-08-01T09:45:00+09:00");
  obligation.due_at = at("2018-08-01T10:15:00+09:00");
  obligation.target = std::chrono::minutes(30);
  obligation.state = ObligationState::superseded;
  obligation.occasion = 2;
  obligation.formerly = "mhw";
  obligation.recipient_formerly = "nisc";
  obligation.because = {because_own, because_agency};
  obligation.fulfilled_at = at("2018-08-01T09:50:00+09:00");
  obligation.acknowledged_at = at("2018-08-01T09:55:00+09:00");
  obligation.revision = 4;
  return obligation;
}

Message sample_message() {
  Message message;
  message.id = id<MessageId>(30);
  message.incident = id<IncidentId>(2);
  message.report = id<ReportId>(10);
  message.kind = MessageKind::relay;
  message.sender = "mhlw";
  message.recipient = "nisc";
  message.obligation = id<ObligationId>(20);
  message.clause = "2.2.4(2)(g)";
  message.sentence = 3;
  message.note = "電話でも連絡済み";
  message.sent_at = at("2018-08-01T09:50:00+09:00");
  message.acknowledge_by = at("2018-08-01T10:05:00+09:00");
  message.state = MessageState::dead;
  message.acknowledged_at = at("2018-08-01T09:55:00+09:00");
  message.acknowledged_by = "情報受付当直";
  message.revision = 3;
  return message;
}

Assignment sample_assignment() {
  Assignment assignment;
  assignment.id = id<AssignmentId>(80);
  assignment.organization = "mhlw";
  assignment.person = id<PersonId>(70);
  assignment.name = "当番 甲";
  assignment.function = Function::head;
  assignment.trained = false;
  assignment.replaces = id<AssignmentId>(79);
  assignment.note = "夜間の当番へ";
  return assignment;
}

Endpoint sample_endpoint() {
  Endpoint endpoint;
  endpoint.id = id<EndpointId>(94);
  endpoint.organization = "mhlw";
  endpoint.channel = "webhook";
  endpoint.name = "当直の受信機";
  endpoint.zone = Zone::government_lan;
  endpoint.settings = {{"url", "https://receiver.mhlw.example/noroshi"}, {"certificate", "-----BEGIN CERTIFICATE-----"}};
  endpoint.filter = {{MessageKind::relay, MessageKind::alarm}, Role::csirt_head, routing::Severity::attack};
  return endpoint;
}

SealingKey sample_sealing_key() {
  SealingKey key;
  key.id = id<SealingKeyId>(113);
  key.organization = "mhlw";
  key.key_id = "MBfIiNkHLRJ-HVhZUG4K9VRLqEv3nUJ7l0FxlN4W0ts";
  key.public_key = "\x04" + std::string(48, 'X') + std::string(48, 'Y');
  key.name = "当直の端末";
  return key;
}

Annex sample_annex() {
  Annex annex;
  annex.id = id<AnnexId>(114);
  annex.organization = "jps";
  annex.name = "別紙1（侵入の経路）";
  annex.permit_by = at("2018-08-01T11:20:00+09:00");
  return annex;
}

Inquiry sample_inquiry() {
  Inquiry inquiry;
  inquiry.id = id<InquiryId>(117);
  inquiry.from = "mhlw";
  inquiry.to = "jps";
  inquiry.text = "影響の範囲を照会する";
  inquiry.passes_on = id<InquiryId>(120);
  inquiry.due_at = at("2018-08-02T10:20:00+09:00");
  return inquiry;
}

CymatRequest sample_cymat_request() {
  CymatRequest request;
  request.id = id<CymatRequestId>(90);
  request.organization = "mhlw";
  request.supported = "jps";
  request.through = "mhlw";
  request.center = "nisc";
  request.reason = "侵入の経路が分からない";
  request.priority = CymatPriority::urgent;
  return request;
}

CymatMember sample_cymat_member() {
  CymatMember member;
  member.id = id<CymatMemberId>(91);
  member.organization = "mic";
  member.person = id<PersonId>(73);
  member.name = "総務 要員";
  member.lead = true;
  member.cleared = true;
  member.of_affected_body = false;
  return member;
}

// --- random values
// ---------------------------------------------------------------------------------------------

class Any {
 public:
  explicit Any(std::mt19937_64& random) : random_(random) {}

  bool flag() { return random_() & 1; }
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  int integer() {
    const std::array edges = {0, 1, -1, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()};
    return flag() ? edges[below(edges.size())] : static_cast<int>(random_());
  }
  std::string text() {
    if (flag()) return {};
    std::string value(static_cast<std::size_t>(1 + below(flag() ? 8 : 300)), '\0');
    for (auto& byte : value) byte = static_cast<char>(random_());
    return value;
  }
  template <class Enum>
  Enum one_of(int count) {
    return static_cast<Enum>(below(count));
  }
  Timestamp time() {
    if (flag()) return Timestamp(std::chrono::microseconds(random_() >> 13));
    // Any that a leaf may have.
    constexpr Timestamp first = std::chrono::sys_days(std::chrono::year{0} / 1 / 1);
    constexpr Timestamp end = std::chrono::sys_days(std::chrono::year{11000} / 1 / 1);
    return first + std::chrono::microseconds(random_() % static_cast<std::uint64_t>((end - first).count()));
  }
  template <class Id>
  Id identifier() {
    Id made;
    for (auto& byte : made.value.bytes) byte = static_cast<std::uint8_t>(random_());
    return made;
  }
  template <class Make>
  auto maybe(Make make) -> std::optional<decltype(make())> {
    return flag() ? std::optional(make()) : std::nullopt;
  }
  Digest hash() { return sha256({std::to_string(random_())}); }
  StatedTime stated() { return {time(), one_of<Precision>(6)}; }
  Reason reason() { return {text(), text()}; }
  std::vector<Reason> reasons() {
    std::vector<Reason> list(static_cast<std::size_t>(below(4)));
    for (auto& entry : list) entry = reason();
    return list;
  }
  std::vector<LargeScaleCell> cells() {
    std::vector<LargeScaleCell> list(static_cast<std::size_t>(below(5)));
    for (auto& cell : list)
      cell = {one_of<routing::Criterion>(4), one_of<routing::Harm>(2), one_of<routing::Certainty>(2)};
    return list;
  }
  Report report() {
    Report made;
    made.organization = text();
    made.reference = text();
    made.stage = one_of<Stage>(4);
    made.title = text();
    made.occurred = maybe([&] { return stated(); });
    made.detected = maybe([&] { return stated(); });
    made.recognized = stated();
    made.assessed = maybe([&] { return stated(); });
    made.assessment = one_of<routing::Assessment>(3);
    made.assessment_reason = text();
    made.cyberattack = one_of<routing::Cyberattack>(4);
    made.cyberattack_reason = text();
    made.large_scale = cells();
    made.police = text();
    made.exercise = flag();
    made.confidentiality = integer();
    made.document = text();
    made.changes = text();
    return made;
  }
  Obligation obligation(IncidentId incident) {
    Obligation made;
    made.id = identifier<ObligationId>();
    made.incident = incident;
    made.edition = text();
    made.rule = text();
    made.clause = text();
    made.sentence = integer();
    made.holder = text();
    made.recipient = text();
    made.self = flag();
    made.inner = flag();
    made.opens_on = one_of<routing::OpensOn>(2);
    made.opened_at = time();
    made.due_at = time();
    made.target = std::chrono::seconds(integer());
    made.state = one_of<ObligationState>(4);
    made.occasion = integer();
    made.formerly = text();
    made.recipient_formerly = text();
    made.because = reasons();
    made.fulfilled_at = maybe([&] { return time(); });
    made.acknowledged_at = maybe([&] { return time(); });
    made.revision = integer();
    return made;
  }
  Message message(IncidentId incident) {
    Message made;
    made.id = identifier<MessageId>();
    made.incident = incident;
    if (flag()) made.report = identifier<ReportId>();
    made.kind = one_of<MessageKind>(4);
    made.sender = text();
    made.recipient = text();
    made.obligation = maybe([&] { return identifier<ObligationId>(); });
    made.clause = text();
    made.sentence = integer();
    made.note = text();
    made.automatic = flag();
    made.sent_at = time();
    if (flag()) made.acknowledge_by = time();
    made.state = one_of<MessageState>(4);
    made.acknowledged_at = maybe([&] { return time(); });
    made.acknowledged_by = text();
    made.revision = integer();
    return made;
  }
  Person some_person() {
    return {identifier<PersonId>(), text(), text(), one_of<Employment>(4), {text(), text()}, flag()};
  }
  Assignment assignment() {
    Assignment made;
    made.id = identifier<AssignmentId>();
    made.organization = text();
    made.person = identifier<PersonId>();
    made.name = text();
    made.function = one_of<Function>(4);
    made.trained = flag();
    made.replaces = maybe([&] { return identifier<AssignmentId>(); });
    made.note = text();
    return made;
  }
  CymatRequest cymat_request() {
    CymatRequest made;
    made.id = identifier<CymatRequestId>();
    made.organization = text();
    made.supported = text();
    made.through = text();
    made.center = text();
    made.reason = text();
    made.priority = one_of<CymatPriority>(3);
    return made;
  }
  CymatMember cymat_member() {
    CymatMember made;
    made.id = identifier<CymatMemberId>();
    made.organization = text();
    made.person = identifier<PersonId>();
    made.name = text();
    made.lead = flag();
    made.trained = flag();
    made.cleared = flag();
    made.of_affected_body = flag();
    return made;
  }
  Endpoint endpoint() {
    Endpoint made;
    made.id = identifier<EndpointId>();
    made.organization = text();
    made.channel = text();
    made.name = text();
    made.zone = one_of<Zone>(3);
    for (auto left = below(4); left > 0; --left) made.settings.emplace(text(), text());
    for (auto left = below(4); left > 0; --left) made.filter.kinds.push_back(one_of<MessageKind>(4));
    made.filter.role = maybe([&] { return one_of<Role>(13); });
    made.filter.least = maybe([&] { return one_of<routing::Severity>(3); });
    return made;
  }
  Grades grades() { return {below(4), below(3), below(3)}; }
  std::string line() {
    auto value = text();
    std::erase(value, '\n');
    return value;
  }
  Label label() {
    Label made;
    made.id = identifier<LabelId>();
    made.own_label = text();
    made.grades = grades();
    made.rule = one_of<KindRule>(3);
    made.ground = one_of<LabelGround>(4);
    for (auto left = below(3); left > 0; --left) made.restrictions.push_back(line());
    return made;
  }
  SealingKey sealing_key() {
    SealingKey made;
    made.id = identifier<SealingKeyId>();
    made.organization = text();
    made.key_id = text();
    made.public_key = text();
    made.name = text();
    return made;
  }
  Annex annex() {
    Annex made;
    made.id = identifier<AnnexId>();
    made.organization = text();
    made.name = text();
    made.permit_by = time();
    return made;
  }
  Inquiry inquiry() {
    Inquiry made;
    made.id = identifier<InquiryId>();
    made.from = text();
    made.to = text();
    made.text = text();
    made.passes_on = maybe([&] { return identifier<InquiryId>(); });
    made.due_at = time();
    return made;
  }
  Notice notice() {
    Notice made;
    made.id = identifier<NoticeId>();
    made.from = text();
    made.to = text();
    made.text = text();
    made.passes_on = maybe([&] { return identifier<NoticeId>(); });
    return made;
  }
  Happening happening(IncidentId incident) {
    switch (below(std::variant_size_v<AnyHappening>)) {
      case 0:
        return IncidentOpened{text(), text(), text(), flag(), time(), text()};
      case 1:
        return ReportReceived{identifier<ReportId>(),
                              integer(),
                              text(),
                              report(),
                              {},
                              flag() ? std::string(32, '\7') : std::string(),
                              maybe([&] { return time(); })};
      case 2:
        return JudgementMade{
            identifier<JudgementId>(),
            {{text(), one_of<routing::Assessment>(3), one_of<routing::Cyberattack>(4), cells()},
             text(),
             text()}};
      case 3:
        return IncidentMoved{one_of<IncidentState>(7), one_of<IncidentState>(7), text(), maybe([&] { return time(); })};
      case 4:
        return AccessGranted{text(), one_of<AccessScope>(2), text(), text()};
      case 5:
        return RecipientAdded{text(), flag(), text()};
      case 6:
        return ObligationOpened{obligation(incident)};
      case 7:
        return ObligationFulfilled{{identifier<FulfillmentId>(), identifier<ObligationId>(),
                                    one_of<FulfillmentMethod>(9), time(), text(), text()},
                                   std::chrono::seconds(integer())};
      case 8:
        return ObligationSuperseded{identifier<ObligationId>(), reason()};
      case 9:
        return ObligationReopened{identifier<ObligationId>(), time(), reasons()};
      case 10:
        return ObligationWaived{identifier<ObligationId>(), identifier<WaiverId>()};
      case 11:
        return ObligationRecurred{identifier<ObligationId>(), integer(), flag()};
      case 12:
        return ObligationPassed{identifier<ObligationId>(), text(), text(), text(), text()};
      case 13:
        return MessageSent{message(incident)};
      case 14:
        return MessageAcknowledged{identifier<MessageId>(), maybe([&] { return identifier<ObligationId>(); }),
                                   text(), text()};
      case 15:
        return WaiverAsked{identifier<WaiverId>(), identifier<ObligationId>(), text()};
      case 16:
        return WaiverDecided{identifier<WaiverId>(), identifier<ObligationId>(), flag(), text()};
      case 17:
        return AlarmRaised{identifier<AlarmId>(), text(), text(), reason()};
      case 18:
        return AlarmRung{identifier<AlarmId>(), one_of<ClockKind>(4), identifier<ObligationId>().value, integer(),
                         integer(), text(), text(), text(), one_of<Role>(13), time(), time(), reason()};
      case 19:
        return RelaySwitchAsked{identifier<RelaySwitchId>(), text(), flag(), text()};
      case 20:
        return RelaySwitchDecided{identifier<RelaySwitchId>(), text(), flag(), text()};
      case 21:
        return MessagePassed{identifier<MessageId>(), text(), text()};
      case 22:
        return IncidentPassed{text(), text()};
      case 23:
        return RecordContinued{text(), text(), random_(), hash(), random_(), hash(), text()};
      case 24:
        return KeyRegistered{text(), KeyAlgorithm::ed25519, hash(), text()};
      case 25:
        return KeyRetired{text(), text()};
      case 26:
        return ErasureAsked{identifier<ErasureId>(), text()};
      case 27:
        return ErasureDecided{identifier<ErasureId>(), flag(), text(), text(), maybe([&] { return time(); })};
      case 28:
        return PersonRegistered{some_person()};
      case 29:
        return PersonChanged{some_person()};
      case 30:
        return PersonLeft{identifier<PersonId>(), text()};
      case 31:
        return AppointmentMade{{identifier<AppointmentId>(), identifier<PersonId>(), one_of<Post>(11), one_of<Ground>(3), text(),
                                time(), maybe([&] { return time(); })}};
      case 32:
        return AppointmentEnded{identifier<AppointmentId>(), text()};
      case 33:
        return DelegationMade{{identifier<DelegationId>(), identifier<PersonId>(), identifier<PersonId>(), one_of<Post>(11),
                               {one_of<Power>(4), one_of<Power>(4)}, text(), time(), time()}};
      case 34:
        return DelegationEnded{identifier<DelegationId>(), text()};
      case 35:
        return TrainingRecorded{{identifier<TrainingId>(), identifier<PersonId>(), one_of<TrainingKind>(2), text(), time(), time()}};
      case 36:
        return ShiftSet{{identifier<ShiftId>(), identifier<PersonId>(), one_of<Post>(11), time(), time(), flag()}};
      case 37:
        return ShiftCancelled{identifier<ShiftId>(), text()};
      case 38:
        return AssignmentProposed{assignment()};
      case 39:
        return AssignmentAccepted{identifier<AssignmentId>()};
      case 40:
        return AssignmentDeclined{identifier<AssignmentId>(), text()};
      case 41:
        return AssignmentActivated{identifier<AssignmentId>(), maybe([&] { return time(); })};
      case 42:
        return AssignmentHandedOver{identifier<AssignmentId>(), identifier<AssignmentId>()};
      case 43:
        return AssignmentReleased{identifier<AssignmentId>(), text()};
      case 44:
        return AssignmentDutyMoved{identifier<AssignmentId>(), maybe([&] { return time(); })};
      case 45:
        return CymatRequested{cymat_request()};
      case 46:
        return CymatForwarded{identifier<CymatRequestId>(), text()};
      case 47:
        return CymatReceived{identifier<CymatRequestId>()};
      case 48:
        return CymatDecided{identifier<CymatRequestId>(), one_of<CymatRuling>(3), flag(), text()};
      case 49:
        return CymatMemberProposed{identifier<CymatRequestId>(), cymat_member()};
      case 50:
        return CymatMemberAnswered{identifier<CymatRequestId>(), identifier<CymatMemberId>(), flag(), text()};
      case 51:
        return CymatMemberWithdrawn{identifier<CymatRequestId>(), identifier<CymatMemberId>(), text()};
      case 52:
        return CymatFormed{identifier<CymatRequestId>()};
      case 53:
        return CymatDispatched{identifier<CymatRequestId>()};
      case 54:
        return CymatBegun{identifier<CymatRequestId>()};
      case 55:
        return CymatLogged{identifier<CymatRequestId>(), identifier<CymatEntryId>(), one_of<CymatEntryKind>(4), text(),
                           integer()};
      case 56:
        return CymatEnded{identifier<CymatRequestId>(), text()};
      case 57:
        return CymatReported{identifier<CymatRequestId>(), text()};
      case 58:
        return AccessEnded{text(), text()};
      case 59:
        return HandlingStepTaken{{identifier<HandlingStepId>(), text(), one_of<HandlingStepKind>(7), text(),
                                  maybe([&] { return identifier<PersonId>(); }), text(), flag()}};
      case 60:
        return InstructionGiven{{identifier<InstructionId>(), text(), one_of<InstructionKind>(3), one_of<InstructionForce>(3),
                                 text(), text(), maybe([&] { return time(); }), std::nullopt, false}};
      case 61:
        return InstructionAnswered{identifier<InstructionId>(), flag(), text()};
      case 62:
        return PlatformLinked{{identifier<PlatformLinkId>(), text(), text(), text()}};
      case 63:
        return EndpointProposed{endpoint()};
      case 64:
        return EndpointDecided{identifier<EndpointId>(), text(), flag(), text()};
      case 65:
        return EndpointDisabled{identifier<EndpointId>(), text(), text(), text()};
      case 66:
        return EndpointResumed{identifier<EndpointId>(), text(), text()};
      case 67:
        return EndpointWithdrawn{identifier<EndpointId>(), text(), text()};
      case 68:
        return DeliveryQueued{{identifier<DeliveryId>(), identifier<MessageId>(), identifier<EndpointId>(), text(), text(),
                               MessageState::queued, 0, "", 1}};
      case 69:
        return DeliverySettled{identifier<DeliveryId>(), one_of<MessageState>(4), integer(), text()};
      case 70:
        return DeliveryReplayed{identifier<DeliveryId>(), text()};
      case 71:
        return LabelGiven{label()};
      case 72:
        return LabelChangeAsked{{identifier<LabelChangeId>(), text(), grades(), text(), std::nullopt, "", LabelChange::Decision::pending}};
      case 73:
        return LabelChangeDecided{identifier<LabelChangeId>(), flag(), text()};
      case 74:
        return ConsentStated{flag()};
      case 75:
        return LabelMappingSet{{identifier<LabelMappingId>(), text(), text(), grades(), false}};
      case 76:
        return LabelMappingWithdrawn{identifier<LabelMappingId>(), text(), text()};
      case 77:
        return SealingKeyProposed{sealing_key()};
      case 78:
        return SealingKeyDecided{identifier<SealingKeyId>(), text(), flag(), text()};
      case 79:
        return SealingKeyRevoked{identifier<SealingKeyId>(), text(), text()};
      case 80:
        return AnnexAsked{annex()};
      case 81:
        return AnnexDecided{identifier<AnnexId>(), flag(), text()};
      case 82:
        return AnnexSealed{identifier<AnnexId>(), std::string(bytes_of(hash())), random_(), {{text(), text()}, {text(), text()}}, ""};
      case 83:
        return AnnexRewrapped{identifier<AnnexId>(), std::string(bytes_of(hash())), random_(), {{text(), text()}}, ""};
      case 84:
        return AnnexUnreadable{identifier<AnnexId>(), text(), text()};
      case 85:
        return AttachmentAdded{{identifier<AttachmentId>(), text(), text(), text(), std::string(bytes_of(hash())), random_()}};
      case 86:
        return ContentWithheld{{identifier<WithholdingId>(), text(), text(), {text(), text()}, text(), time(), false}};
      case 87:
        return ContentReleased{identifier<WithholdingId>(), text()};
      case 88:
        return InquiryAsked{inquiry()};
      case 89:
        return InquiryAnswered{identifier<InquiryId>(), text()};
      case 90:
        return InquiryWithdrawn{identifier<InquiryId>(), text()};
      case 91:
        return NoticeGiven{notice()};
      case 92:
        return NoticeAnswered{identifier<NoticeId>(), text(), text(), text()};
      case 93:
        return NoticeLinked{identifier<NoticeId>()};
    }
    FAIL("a happening without a random one: add it here");
    return {};
  }

 private:
  std::mt19937_64& random_;
};

}  // namespace

std::vector<Event> sample_events() {
  const std::vector<Happening> happenings = {
      IncidentOpened{"JPS-2018-1", "jps", "情セ第12号", true, at("2018-08-01T09:00:00+09:00"), "h30"},
      ReportReceived{id<ReportId>(10),
                     2,
                     "mhlw",
                     sample_report(),
                     {},
                     std::string(bytes_of(sha256({R"({"title":"不審な通信の検知（続報）"})"}))),
                     at("2018-08-02T10:20:30+09:00")},
      JudgementMade{id<JudgementId>(11),
                    {{"mhlw",
                      routing::Assessment::possible,
                      routing::Cyberattack::yes,
                      {{routing::Criterion::life, routing::Harm::occurred, routing::Certainty::is},
                       {routing::Criterion::territory, routing::Harm::feared, routing::Certainty::may_be}}},
                     "調査中",
                     "攻撃の痕跡あり"}},
      IncidentMoved{IncidentState::assessed, IncidentState::contained, "通信を遮断した", at("2018-08-02T10:20:30+09:00")},
      AccessGranted{"nco", AccessScope::content, "successor", "nisc"},
      RecipientAdded{"police-osaka", true, "被害を受けた機器が大阪にある"},
      ObligationOpened{sample_obligation()},
      ObligationFulfilled{{id<FulfillmentId>(21), id<ObligationId>(20), FulfillmentMethod::telephone,
                           at("2018-08-01T10:20:00+09:00"), "電話で連絡した", "受付 31"},
                          std::chrono::seconds(300)},
      ObligationSuperseded{id<ObligationId>(20), {"サイバー攻撃に当たらない", "no cyberattack"}},
      ObligationReopened{id<ObligationId>(20), at("2018-08-02T10:00:00+09:00"), {because_own}},
      ObligationWaived{id<ObligationId>(20), id<WaiverId>(22)},
      ObligationRecurred{id<ObligationId>(20), 3, true},
      ObligationPassed{id<ObligationId>(20), "jihs", "nco", "ncgm", "nisc"},
      MessageSent{sample_message()},
      MessageAcknowledged{id<MessageId>(30), id<ObligationId>(20), "情報受付当直", "受領した"},
      WaiverAsked{id<WaiverId>(22), id<ObligationId>(20), "対象の設備は廃止済み"},
      WaiverDecided{id<WaiverId>(22), id<ObligationId>(20), true, "確認した"},
      AlarmRaised{id<AlarmId>(40), "large_scale_unassessed", "jps", {"評価が未了", "not assessed yet"}},
      AlarmRung{id<AlarmId>(41), ClockKind::duty, id<ObligationId>(20).value, 1, 2, "relay_silent", "mhlw", "nco",
                Role::center_liaison, at("2018-08-01T10:00:00+09:00"), at("2018-08-01T10:15:00+09:00"),
                {"履行されていません", "is not met"}},
      RelaySwitchAsked{id<RelaySwitchId>(50), "mhlw", true, "夜間は当直のみ"},
      RelaySwitchDecided{id<RelaySwitchId>(50), "mhlw", true, "確認した"},
      MessagePassed{id<MessageId>(30), "nco", "nisc"},
      IncidentPassed{"jihs", "ncgm"},
      RecordContinued{"noroshi/0164f3a0-bd00-7000-8000-000000000060/2", "noroshi/0164f3a0-bd00-7000-8000-000000000060/1",
                      5'000'000'000, sha256({"highest"}), 4'999'999'990, sha256({"held"}), "昨夜の控えから復旧した"},
      KeyRegistered{"0123456789abcdef", KeyAlgorithm::ed25519, sha256({"public key"}), "record"},
      KeyRetired{"0123456789abcdef", "年次の更新"},
      ErasureAsked{id<ErasureId>(60), "保存期間の満了"},
      ErasureDecided{id<ErasureId>(60), true, "満了を確認した", "confidentiality_2", at("2024-04-01T00:00:00+09:00")},
      PersonRegistered{{id<PersonId>(70), "mhlw", "情報受付 甲", Employment::employee, {"forensics", "ログ解析"}, true}},
      PersonChanged{{id<PersonId>(70), "mhlw", "情報受付 甲", Employment::seconded, {}, false}},
      PersonLeft{id<PersonId>(70), "異動"},
      AppointmentMade{{id<AppointmentId>(71), id<PersonId>(70), Post::csirt_head, Ground::expertise, "監視業務の経験",
                       at("2018-08-01T00:00:00+09:00"), at("2019-04-01T00:00:00+09:00")}},
      AppointmentEnded{id<AppointmentId>(71), "交代"},
      DelegationMade{{id<DelegationId>(72), id<PersonId>(70), id<PersonId>(73), Post::ciso, {Power::be_told, Power::approve}, "出張",
                      at("2018-08-01T00:00:00+09:00"), at("2018-08-08T00:00:00+09:00")}},
      DelegationEnded{id<DelegationId>(72), "帰任"},
      TrainingRecorded{{id<TrainingId>(74), id<PersonId>(70), TrainingKind::csirt, "CSIRT 研修",
                        at("2018-06-01T00:00:00+09:00"), at("2019-06-01T00:00:00+09:00")}},
      ShiftSet{{id<ShiftId>(75), id<PersonId>(70), Post::csirt_head, at("2018-08-01T09:00:00+09:00"),
                at("2018-08-01T17:00:00+09:00"), false}},
      ShiftCancelled{id<ShiftId>(75), "病気"},
      AssignmentProposed{sample_assignment()},
      AssignmentAccepted{id<AssignmentId>(80)},
      AssignmentDeclined{id<AssignmentId>(80), "出張中"},
      AssignmentActivated{id<AssignmentId>(80), at("2018-08-02T08:30:00+09:00")},
      AssignmentHandedOver{id<AssignmentId>(79), id<AssignmentId>(80)},
      AssignmentReleased{id<AssignmentId>(80), "対処完了"},
      AssignmentDutyMoved{id<AssignmentId>(80), at("2018-08-02T17:15:00+09:00")},
      CymatRequested{sample_cymat_request()},
      CymatForwarded{id<CymatRequestId>(90), "省として必要と認める"},
      CymatReceived{id<CymatRequestId>(90)},
      CymatDecided{id<CymatRequestId>(90), CymatRuling::dispatch, true, "政府として一体となった対応が必要"},
      CymatMemberProposed{id<CymatRequestId>(90), sample_cymat_member()},
      CymatMemberAnswered{id<CymatRequestId>(90), id<CymatMemberId>(91), true, "業務を調整した"},
      CymatMemberWithdrawn{id<CymatRequestId>(90), id<CymatMemberId>(91), "所属の事案に対応するため"},
      CymatFormed{id<CymatRequestId>(90)},
      CymatDispatched{id<CymatRequestId>(90)},
      CymatBegun{id<CymatRequestId>(90)},
      CymatLogged{id<CymatRequestId>(90), id<CymatEntryId>(92), CymatEntryKind::work, "通信記録を解析した", 2},
      CymatEnded{id<CymatRequestId>(90), "応急措置を終えた"},
      CymatReported{id<CymatRequestId>(90), "侵入経路と措置"},
      AccessEnded{"cymat/0198c7a4-0000-7000-8000-000000000001", "cymat"},
      HandlingStepTaken{{id<HandlingStepId>(90), "jps", HandlingStepKind::ciso_told, "状況を報告した", id<PersonId>(70), "情報受付 甲",
                         true}},
      InstructionGiven{{id<InstructionId>(92), "jps", InstructionKind::recovery, InstructionForce::recommendation,
                        "情報セキュリティ責任者", "復旧すること", at("2018-08-03T09:00:00+09:00"), std::nullopt, false}},
      InstructionAnswered{id<InstructionId>(92), true, "復旧した"},
      PlatformLinked{{id<PlatformLinkId>(93), "共通基盤", "mic", "jps"}},
      EndpointProposed{sample_endpoint()},
      EndpointDecided{id<EndpointId>(94), "mhlw", true, "確認した"},
      EndpointDisabled{id<EndpointId>(94), "mhlw", "http_410", ""},
      EndpointResumed{id<EndpointId>(94), "mhlw", "受信側を直した"},
      EndpointWithdrawn{id<EndpointId>(94), "mhlw", "使わない"},
      DeliveryQueued{{id<DeliveryId>(95), id<MessageId>(30), id<EndpointId>(94), "mhlw", "webhook", MessageState::queued, 0, "", 1}},
      DeliverySettled{id<DeliveryId>(95), MessageState::dead, 17, "timeout"},
      DeliveryReplayed{id<DeliveryId>(95), "受信側が復旧した"},
      LabelGiven{{id<LabelId>(110), "社外秘", {2, 2, 1}, KindRule::designated_table, LabelGround::mapped, {"複製禁止", "転送禁止"}, std::nullopt, ""}},
      LabelChangeAsked{{id<LabelChangeId>(111), "", {1, 1, 1}, "公表した", std::nullopt, "", LabelChange::Decision::pending}},
      LabelChangeDecided{id<LabelChangeId>(111), true, "公表を確認した"},
      ConsentStated{true},
      LabelMappingSet{{id<LabelMappingId>(112), "jps", "社外秘", {2, 2, 1}, false}},
      LabelMappingWithdrawn{id<LabelMappingId>(112), "jps", "規程の改正"},
      SealingKeyProposed{sample_sealing_key()},
      SealingKeyDecided{id<SealingKeyId>(113), "mhlw", true, "指紋を電話で確かめた"},
      SealingKeyRevoked{id<SealingKeyId>(113), "mhlw", "年次の更新"},
      AnnexAsked{sample_annex()},
      AnnexDecided{id<AnnexId>(114), true, "必要と認める"},
      AnnexSealed{id<AnnexId>(114), std::string(bytes_of(sha256({"jwe"}))), 4096,
                  {{"mhlw", "MBfIiNkHLRJ-HVhZUG4K9VRLqEv3nUJ7l0FxlN4W0ts"}}, ""},
      AnnexRewrapped{id<AnnexId>(114), std::string(bytes_of(sha256({"jwe again"}))), 4300,
                     {{"mhlw", "MBfIiNkHLRJ-HVhZUG4K9VRLqEv3nUJ7l0FxlN4W0ts"}, {"mof", "Qm9keSBvZiBmaW5hbmNlIGhhcyBhIGtleSBvZiBpdHM"}}, ""},
      AnnexUnreadable{id<AnnexId>(114), "mhlw", "鍵を失った"},
      AttachmentAdded{{id<AttachmentId>(115), "jps", "通信記録.csv", "text/csv", std::string(bytes_of(sha256({"file"}))), 1048576}},
      ContentWithheld{{id<WithholdingId>(116), "jps", "nisc", {"impact", "systems"}, "捜査に支障", at("2018-08-31T00:00:00+09:00"), false}},
      ContentReleased{id<WithholdingId>(116), "支障がなくなった"},
      InquiryAsked{sample_inquiry()},
      InquiryAnswered{id<InquiryId>(117), "九州の拠点だけである"},
      InquiryWithdrawn{id<InquiryId>(117), "電話で確かめた"},
      NoticeGiven{{id<NoticeId>(118), "nisc", "mhlw", "不審な通信を検知した", id<NoticeId>(119), {}, std::nullopt, "", 1}},
      NoticeAnswered{id<NoticeId>(118), "nisc", "mhlw", "法人に確かめている"},
      NoticeLinked{id<NoticeId>(118)},
  };
  std::vector<Event> events;
  for (const auto& what : happenings) {
    Event event;
    event.id = id<EventId>(100 + static_cast<int>(events.size()));
    event.at = at("2018-08-01T10:20:30.123456+09:00");
    event.actor = {id<TokenId>(1), "mhlw", Role::csirt_head, "CSIRT 責任者"};
    const auto type = type_of(what);
    const bool of_no_incident =
        type.starts_with("relay_switch.") || type.starts_with("record.") || type.starts_with("key.") ||
        type.starts_with("endpoint.") || is_of_staff(what) || is_of_body_information(what);
    if (!of_no_incident) event.incident = id<IncidentId>(2);
    event.what = what;
    events.push_back(std::move(event));
  }
  return events;
}

ActorSignature sample_signature() {
  return {SignatureAlgorithm::ed25519, sha256({"key"}), "/api/v1/reports", sha256({"body"}), std::string(64, 'S')};
}

Event random_event(std::mt19937_64& random) {
  Any any(random);
  Event event;
  event.id = any.identifier<EventId>();
  event.at = any.time();
  if (any.flag()) event.actor.token = any.identifier<TokenId>();
  event.actor.organization = any.text();
  if (any.flag()) event.actor.role = any.one_of<Role>(13);
  event.actor.name = any.text();
  event.incident = any.identifier<IncidentId>();
  event.what = any.happening(event.incident);
  return event;
}

Salt CountedSalts::next() {
  return sha256({"salt ", std::to_string(++count_)});
}

}  // namespace noroshi::record::testing
