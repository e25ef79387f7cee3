#include "src/app/sealing.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "src/app/record_words.h"
#include "src/store/sequencer.h"

namespace noroshi::app {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 500ms;  // well inside the lease of 2 s
constexpr auto between_passes = 50ms;
// Numbers come in small lots while much is written, each look counts what has none yet, and no more is signed than once
// in that time. The first look after a quiet moment does not wait.
constexpr auto between_looks = 200ms;
constexpr auto while_stopped = 1s;  // what it looks at again and again must cost little, and the lease be kept
constexpr auto retry_after = 200ms;

std::chrono::milliseconds since(std::chrono::steady_clock::time_point moment) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - moment);
}

bool same_fault(const std::optional<store::RecordFault>& one, const std::optional<store::RecordFault>& other) {
  return one.has_value() == other.has_value() && (!one || one->kind() == other->kind());
}

}  // namespace

Sealing::Sealing(store::ConnectionSettings settings, RecordKeys& keys, std::filesystem::path folder, std::string origin)
    : settings_(std::move(settings)), keys_(keys), kept_(std::move(folder)), holder_(store::Sequencer::make_holder()) {
  settings_.application_name = "noroshi sealer";
  state_.origin = std::move(origin);
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void Sealing::run(std::stop_token stop) {
  bool lost = false;
  while (!stop.stop_requested()) {
    try {
      seal_until_lost(stop);
      lost = false;
    } catch (const store::DatabaseError& error) {
      if (!lost) spdlog::warn("the record could not be sealed: SQLSTATE {}", error.sqlstate());
      lost = true;
      wait(stop, retry_after);
    } catch (const std::exception& error) {
      // No row is quoted by these: a key that cannot sign, memory.
      if (!lost) spdlog::error("the record could not be sealed: {}", error.what());
      lost = true;
      wait(stop, retry_after);
    }
  }
}

void Sealing::seal_until_lost(std::stop_token stop) {
  store::Connection connection(settings_, store::DatabaseRole::sequencer);
  connection.listen("noroshi_numbered");
  store::Sealer sealer(connection, holder_, kept_, [&](const std::string& origin, const std::string& text) {
    return keys_.sign_note(origin, text);
  });
  // How much waits is known even where no pass comes to its end.
  const auto found = sealer.inspect();
  publish(found);
  warn_without_head(found);
  while (!stop.stop_requested()) {
    // Who follows signs receipts too: with a key that was retired no more, with a new one from here on.
    const auto looked = std::chrono::steady_clock::now();
    keys_.refresh(connection);
    const auto state = sealer.run_once();
    publish(state);
    if (state.stopped)
      wait(stop, while_stopped);
    else {
      if (!state.more) connection.wait_notification(longest_wait);
      wait(stop, std::max<std::chrono::milliseconds>(between_looks - since(looked), state.more ? between_passes : 0ms));
    }
  }
}

void Sealing::publish(const store::SealingState& state) {
  std::lock_guard lock(mutex_);
  if (!same_fault(state_.stopped, state.stopped)) {
    if (state.stopped)
      spdlog::error("the record is not sealed: {} ({})", words_of(*state.stopped).en, state.stopped->what());
    else
      spdlog::info("the record is sealed again: {} events of {}", state.sealed, state.origin);
  }
  if (state_.origin != state.origin) {
    spdlog::info("the tree of the record is {}", state.origin);
    lag_.forget();
  }
  lag_.look(state.checkpoint, state.checkpoint + state.unsealed, state.oldest_seconds,
            std::chrono::steady_clock::now());
  state_ = state;
}

// A folder that is new, or was restored without its head: what was signed beyond this database would not be missed.
void Sealing::warn_without_head(const store::SealingState& found) {
  if (std::exchange(looked_for_head_, true) || found.stopped || found.checkpoint == 0 || kept_.read()) return;
  spdlog::warn(
      "no head of the record is kept in the data folder: the database is believed as it stands, {} events of {}",
      found.checkpoint, found.origin);
}

RecordStatus Sealing::status() const {
  std::lock_guard lock(mutex_);
  return {state_, lag_.behind(std::chrono::steady_clock::now()).count()};
}

std::string Sealing::origin() const {
  std::lock_guard lock(mutex_);
  return state_.origin;
}

bool Sealing::too_late() const {
  std::lock_guard lock(mutex_);
  return lag_.behind(std::chrono::steady_clock::now()) > record_too_late;
}

void Sealing::wait(std::stop_token stop, std::chrono::milliseconds length) {
  std::unique_lock lock(sleep_);
  wake_.wait_for(lock, stop, length, [] { return false; });
}

}  // namespace noroshi::app
