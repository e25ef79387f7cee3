#include "src/app/canary.h"

#include <future>
#include <memory>
#include <optional>
#include <variant>

#include <spdlog/spdlog.h>

#include "src/codec/canary_report.h"
#include "src/core/canary.h"
#include "src/store/canary.h"
#include "src/store/clock.h"
#include "src/store/views.h"

namespace noroshi::app {
namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 1s;
constexpr auto patience_with_reader = 1s;
constexpr auto patience_with_writer = 15s;
// How far back a canary is ended that nobody has ended: while no daemon ran.
constexpr int days_back = 31;
// A daemon that looks every second finds what is late a little later.
constexpr auto grace = 10s;

std::vector<std::string> references_until(JapaneseDay today) {
  std::vector<std::string> references;
  for (int back = 0; back <= days_back; ++back) references.push_back(core::canary_reference(today - std::chrono::days(back)));
  return references;
}

const store::CanarySeen* find(const std::vector<store::CanarySeen>& canaries, const std::string& reference) {
  for (const auto& canary : canaries)
    if (canary.reference == reference) return &canary;
  return nullptr;
}

CanaryState state_of(const core::CanaryPlan& plan, const store::CanarySeen* canary, JapaneseDay day, Timestamp now) {
  if (canary && canary->missing) return CanaryState::missing;
  if (canary && canary->ended) return CanaryState::ok;
  // Of one that is there the alarm says so, some moments later.
  if (!canary && now >= core::canary_time(plan, day) + plan.within + grace) return CanaryState::missing;
  return CanaryState::pending;
}

}  // namespace

Canary::Canary(store::ConnectionSettings settings, store::ConnectionPool& readers, store::WriterPool& writers,
               const core::Law& law, core::CanaryPlan plan)
    : settings_(std::move(settings)), readers_(readers), writers_(writers), law_(law), plan_(std::move(plan)) {
  if (plan_.organization.empty()) return;
  state_ = CanaryState::pending;
  settings_.application_name = "noroshi canary";
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

CanaryState Canary::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

void Canary::set(CanaryState state) {
  std::lock_guard lock(mutex_);
  if (state == state_) return;
  if (state == CanaryState::missing) spdlog::warn("the canary of the day has not arrived");
  state_ = state;
}

void Canary::run(std::stop_token stop) {
  bool lost = false;
  while (!stop.stop_requested()) {
    try {
      look();
      lost = false;
    } catch (const store::DatabaseError& error) {
      if (!lost) spdlog::warn("the canary could not be looked at: SQLSTATE {}", error.sqlstate());
      lost = true;
    } catch (const std::exception&) {
      if (!lost) spdlog::error("the canary could not be looked at");
      lost = true;
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, between_looks, [] { return false; });
  }
}

void Canary::look() {
  Timestamp now;
  std::vector<store::CanarySeen> canaries;
  {
    auto lease = readers_.acquire(patience_with_reader);
    store::TenantTransaction transaction(*lease, plan_.organization, core::canary_actor(plan_.organization).name);
    now = store::read_clock(transaction);
    canaries = store::read_canaries(transaction, plan_.organization, references_until(japanese_day(now)));
  }
  const auto due = core::canary_due(plan_, now);
  const auto day = due.value_or(japanese_day(now) - std::chrono::days(1));
  const auto* canary = find(canaries, core::canary_reference(day));
  // Before today's time, one that was not there yesterday was not configured then.
  set(!due && !canary ? CanaryState::pending : state_of(plan_, canary, day, now));
  if (due && !canary) submit(*due);

  std::optional<store::Connection> writer;
  for (const auto& seen : canaries) {
    // What is missing today stays until its day is over.
    if (seen.ended || (seen.missing && seen.reference == core::canary_reference(day))) continue;
    if (!writer) writer.emplace(settings_, store::DatabaseRole::writer);
    store::settle_canary(*writer, law_, plan_, seen.id);
  }
}

void Canary::submit(JapaneseDay day) {
  auto bytes = codec::canary_report(plan_, day);
  auto submission = codec::decode_submission(bytes);
  if (!submission) {
    spdlog::error("the report of the canary is none");
    return;
  }
  store::Command command;
  command.actor = core::canary_actor(plan_.organization);
  command.idempotency_key = core::canary_reference(day);
  command.request_sha256 = store::request_digest("/api/v1/reports", bytes);
  command.action = store::SubmitReport{std::move(*submission), std::move(bytes)};
  auto answered = std::make_shared<std::promise<store::Result>>();
  auto answer = answered->get_future();
  writers_.submit(std::move(command), [answered](store::Result result) { answered->set_value(std::move(result)); });
  if (answer.wait_for(patience_with_writer) != std::future_status::ready) return;
  const auto result = answer.get();
  if (const auto* refusal = std::get_if<core::Refusal>(&result))
    spdlog::error("the canary was refused: {}", core::to_string(refusal->code));
}

}  // namespace noroshi::app
