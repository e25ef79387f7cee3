#include "src/store/intake.h"

#include <algorithm>
#include <map>

#include "src/store/bytes.h"

namespace noroshi::store {
namespace {

// What reports may take of memory while they wait, and in one transaction: each is held a few times over.
constexpr std::size_t most_bytes_waiting = 64 * 1024 * 1024;
constexpr std::size_t most_bytes_of_one = most_bytes_waiting / 4;  // of one body
constexpr std::size_t most_bytes_of_group = 8 * 1024 * 1024;
// A body takes one of so many parts of the queue and of a group before the others have had theirs.
constexpr std::size_t parts_of_group = 4;

std::size_t bytes_of(const Command& command) {
  const auto* report = std::get_if<SubmitReport>(&command.action);
  return report ? report->bytes.size() : 0;
}

// Nothing of what makes no new case.
std::optional<std::size_t> lane_of(const Command& command, std::size_t lanes) {
  const auto* report = std::get_if<SubmitReport>(&command.action);
  if (!report || report->submission.report.stage != core::Stage::first) return std::nullopt;
  return std::hash<std::string>{}(reporting_body(*report, command.actor)) % lanes;
}

struct ConflictsOf {
  const core::Actor& actor;

  // Reports of one reference; it is the incident's identity before the incident has an id.
  std::vector<std::string> operator()(const SubmitReport& action) const {
    return {"report:" + reporting_body(action, actor) + ":" + action.submission.report.reference};
  }
  std::vector<std::string> operator()(const Assess& action) const { return {of(action.incident)}; }
  std::vector<std::string> operator()(const Move& action) const { return {of(action.incident)}; }
  std::vector<std::string> operator()(const AddRecipient& action) const { return {of(action.incident)}; }
  std::vector<std::string> operator()(const Fulfill& action) const { return {of(action.obligation)}; }
  std::vector<std::string> operator()(const AskWaiver& action) const { return {of(action.obligation)}; }
  std::vector<std::string> operator()(const DecideWaiver& action) const { return {of(action.obligation)}; }
  std::vector<std::string> operator()(const Acknowledge& action) const { return {of(action.message)}; }

  std::vector<std::string> operator()(const AskErasure& action) const { return {of(action.incident)}; }
  std::vector<std::string> operator()(const DecideErasure& action) const { return {of(action.incident)}; }

  std::vector<std::string> operator()(const AskRelaySwitch&) const { return {"switch:" + actor.organization}; }
  std::vector<std::string> operator()(const DecideRelaySwitch&) const { return {"switch:" + actor.organization}; }
  std::vector<std::string> operator()(const ChangeEndpoint&) const { return {"endpoint:" + actor.organization}; }
  std::vector<std::string> operator()(const ReplayDelivery& action) const { return {of(action.delivery)}; }
  std::vector<std::string> operator()(const ChangeStaff&) const { return {"staff:" + actor.organization}; }
  std::vector<std::string> operator()(const Respond& action) const {
    std::vector<std::string> resources;
    if (const auto request = core::cymat_request_of(action.command))
      resources.push_back(of(*request));
    else
      resources.push_back(of(action.incident));
    auto command = action.command;
    std::visit([&](auto& what) { what.actor = actor; }, command);
    for (const auto& body : core::staffs_of(command)) resources.push_back("staff:" + body);
    return resources;
  }

  std::vector<std::string> operator()(const HandleInformation& action) const {
    return {"id:" + (action.thing ? core::to_string(*action.thing) : core::to_string(action.incident))};
  }
  std::vector<std::string> operator()(const ChangeBodyInformation&) const { return {"information:" + actor.organization}; }

  // The table keeps the first.
  std::vector<std::string> operator()(const Cosign&) const { return {}; }

  template <class Tag>
  static std::string of(const core::Identifier<Tag>& id) {
    return "id:" + core::to_string(id);
  }
};

}  // namespace

const std::string& reporting_body(const SubmitReport& action, const core::Actor& actor) {
  const auto& stated = action.submission.report.organization;
  return stated.empty() ? actor.organization : stated;
}

std::string request_digest(std::string_view call, std::string_view body) {
  std::string text(call);
  return sha256(text.append("\n").append(body));
}

std::vector<std::string> conflicts_of(const Command& command) {
  auto conflicts = std::visit(ConflictsOf{command.actor}, command.action);
  if (!command.idempotency_key.empty())
    conflicts.push_back("key:" + command.actor.organization + ":" + command.idempotency_key);
  return conflicts;
}

bool Intake::submit(PendingCommand command) {
  auto conflicts = conflicts_of(command.command);
  const auto bytes = bytes_of(command.command);
  const auto lane = lane_of(command.command, lanes_);
  {
    std::lock_guard lock(mutex_);
    if (closed_ || entries_.size() >= capacity_ || bytes_ + bytes > most_bytes_waiting) return false;
    Waiting& of_body = waiting_[command.command.actor.organization];
    if (of_body.commands >= most_of_one() || of_body.bytes + bytes > most_bytes_of_one) return false;
    ++of_body.commands;
    of_body.bytes += bytes;
    bytes_ += bytes;
    entries_.push_back({std::move(command), std::move(conflicts), bytes, lane});
  }
  changed_.notify_all();
  return true;
}

Intake::Group Intake::take(std::size_t most, std::size_t lane) {
  std::unique_lock lock(mutex_);
  for (;;) {
    auto group = take_free(most, lane);
    if (!group.members.empty() || (closed_ && entries_.empty())) return group;
    changed_.wait(lock);
  }
}

// An entry that has to wait blocks the later ones that conflict with it, so that their order holds. A body that has more waiting
// than its part of a group leaves the rest of it to the others; what they do not want, it takes in a second round.
Intake::Group Intake::take_free(std::size_t most, std::size_t lane) {
  Group group;
  std::size_t group_bytes = 0;
  std::map<std::string, std::size_t> taken_of;  // by body
  const auto take_round = [&](std::size_t most_of_one) {
    std::set<std::string> blocked = under_way_;
    blocked.insert(group.conflicts.begin(), group.conflicts.end());
    std::erase_if(entries_, [&](Entry& entry) {
      if (group.members.size() >= most || group_bytes >= most_bytes_of_group) return false;
      std::size_t& of_body = taken_of[entry.pending.command.actor.organization];
      const bool conflicts = std::any_of(entry.conflicts.begin(), entry.conflicts.end(),
                                         [&](const std::string& conflict) { return blocked.contains(conflict); });
      const bool waits = conflicts || of_body >= most_of_one || entry.lane.value_or(lane) != lane;
      blocked.insert(entry.conflicts.begin(), entry.conflicts.end());
      if (waits) return false;
      ++of_body;
      group_bytes += entry.bytes;
      let_go(entry);
      group.members.push_back(std::move(entry.pending));
      group.conflicts.insert(group.conflicts.end(), entry.conflicts.begin(), entry.conflicts.end());
      return true;
    });
  };
  take_round(std::max<std::size_t>(most / parts_of_group, 1));
  if (!entries_.empty()) take_round(most);
  bytes_ -= group_bytes;
  under_way_.insert(group.conflicts.begin(), group.conflicts.end());
  return group;
}

std::size_t Intake::most_of_one() const {
  return std::max<std::size_t>(capacity_ / parts_of_group, 1);
}

void Intake::let_go(const Entry& entry) {
  const auto found = waiting_.find(entry.pending.command.actor.organization);
  found->second.bytes -= entry.bytes;
  if (--found->second.commands == 0) waiting_.erase(found);
}

void Intake::done(const Group& group) {
  {
    std::lock_guard lock(mutex_);
    for (const auto& conflict : group.conflicts) under_way_.erase(conflict);
  }
  changed_.notify_all();
}

void Intake::close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

std::size_t Intake::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace noroshi::store
