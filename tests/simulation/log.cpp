#include "tests/simulation/log.h"

#include "src/core/decide_endpoint.h"

namespace noroshi::simulation {
namespace {

using namespace core;

const std::string& body_of(const Event& event) {
  return event.actor.organization;
}

std::vector<std::string> bodies_informed(const Event& event) {
  if (const auto* given = std::get_if<NoticeGiven>(&event.what)) return {given->notice.from, given->notice.to};
  if (const auto* answered = std::get_if<NoticeAnswered>(&event.what)) return {answered->from, answered->to};
  return {body_of(event)};
}

std::string year_of(const std::string& number) {
  const auto last = number.rfind('-');
  const auto year = number.rfind('-', last - 1);
  return number.substr(year + 1, last - year - 1);
}

}  // namespace

bool can_follow(const Known& known, const Event& event) {
  if (!event.incident.value.is_nil()) {
    static const Incident none;
    const auto found = known.incidents.find(event.incident);
    return may_follow(found == known.incidents.end() ? none : found->second, event);
  }
  if (is_of_staff(event.what)) {
    const auto found = known.staffs.find(body_of(event));
    if (found != known.staffs.end()) return may_follow(found->second, event);
    Staff nobody;
    nobody.organization = body_of(event);
    return may_follow(nobody, event);
  }
  if (is_of_endpoint(event.what)) return may_follow(known.endpoints, event);
  if (is_of_body_information(event.what)) {
    static const BodyInformation nothing;
    const auto found = known.information.find(body_of(event));
    return may_follow(found == known.information.end() ? nothing : found->second, event);
  }
  return may_follow(known.switches, event);
}

void take(Known& known, const Event& event) {
  if (!event.incident.value.is_nil()) {
    auto& incident = known.incidents[event.incident];
    evolve(incident, event);
    ++known.events[event.incident];
    if (const auto* opened = std::get_if<IncidentOpened>(&event.what)) {
      known.references[{opened->organization, opened->reference}] = event.incident;
      ++known.numbers[{opened->organization, year_of(opened->number)}];
    }
    return;
  }
  ++known.body_events[body_of(event)];
  if (is_of_staff(event.what)) {
    auto& staff = known.staffs[body_of(event)];
    staff.organization = body_of(event);
    evolve(staff, event);
  } else if (is_of_endpoint(event.what)) {
    evolve(known.endpoints, event);
  } else if (is_of_body_information(event.what)) {
    for (const auto& body : bodies_informed(event)) evolve(known.information[body], event);
  } else {
    evolve(known.switches, event);
    const auto* decided = std::get_if<RelaySwitchDecided>(&event.what);
    for (const auto& asked : known.switches)
      if (decided && decided->approved && asked.id == decided->id)
        known.relaying[decided->organization] = asked.switched_on;
  }
}

Event as_recorded(Event event) {
  event.actor.person.reset();
  if (auto* received = std::get_if<ReportReceived>(&event.what)) {
    received->bytes.clear();
    auto& content = received->content;
    content.shared_platforms.clear();
    content.integrity = content.availability = 0;
    content.own_label.clear();
    content.handling.clear();
    content.consent_to_share.reset();
  }
  if (auto* proposed = std::get_if<EndpointProposed>(&event.what)) {
    proposed->endpoint.asked_by.reset();
    proposed->endpoint.asked_by_name.clear();
  }
  return event;
}

const Entry& Log::append(const std::string& key, const std::vector<Event>& events, record::SaltSource& salts,
                         std::string& fault) {
  Entry entry{key, size_, {}, {}};
  for (const auto& event : events) {
    auto encoded = record::encode(event, salts);
    auto decoded = record::decode(encoded.leaf, encoded.openings);
    if (!decoded) {
      fault = std::string(type_of(event.what)) + " cannot be read again: " + decoded.error();
      decoded = as_recorded(event);
    } else if (*decoded != as_recorded(event)) {
      fault = std::string(type_of(event.what)) + " is read as another event";
    }
    entry.encoded.push_back(std::move(encoded));
    entry.events.push_back(std::move(*decoded));
  }
  size_ += events.size();
  if (!key.empty()) by_key_[key] = entries_.size();
  entries_.push_back(std::move(entry));
  return entries_.back();
}

const Entry* Log::find(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &entries_[found->second];
}

Known Log::fold() const {
  Known known;
  for (const auto& entry : entries_)
    for (const auto& event : entry.events) take(known, event);
  return known;
}

Known Log::fold_bytes(std::string& fault) const {
  Known known;
  for (const auto& entry : entries_)
    for (const auto& encoded : entry.encoded) {
      const auto event = record::decode(encoded.leaf, encoded.openings);
      if (!event) {
        fault = event.error();
        return known;
      }
      take(known, *event);
    }
  return known;
}

}  // namespace noroshi::simulation
