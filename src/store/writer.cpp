#include "src/store/writer.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include <fmt/format.h>
#include <sodium.h>
#include <spdlog/spdlog.h>

#include "src/store/content_epochs.h"
#include "src/store/group.h"
#include "src/store/known.h"

namespace noroshi::store {
namespace {

constexpr int attempts_after_conflict = 5;

core::Refusal conflicting(const std::string& constraint) {
  if (constraint == "incident_reference_once")
    return {core::RefusalCode::reference_exists,
            {"この整理番号の第一報は受付済みです。", "A first report with this reference exists."},
            {}};
  if (constraint == "waiver_one_pending")
    return {core::RefusalCode::waiver_pending,
            {"例外措置の申請が審査中です。", "A request for an exception waits for its decision."},
            {}};
  if (constraint == "assignment_one_live" || constraint == "assignment_one_offer")
    return {core::RefusalCode::already_assigned,
            {"この者はすでに割り当てられているか、引継ぎを申し出た相手がいます。読み直してください。",
             "The person is assigned already, or the hand-over is offered to another. Read it again."},
            {}};
  if (constraint == "assignment_one_head")
    return {core::RefusalCode::post_taken,
            {"ほかの者が対応を率いています。読み直してください。", "Another leads the response. Read it again."},
            {}};
  if (constraint == "cymat_member_once")
    return {core::RefusalCode::person_not_available,
            {"この職員は、この間に別の CYMAT の編成に入りました。", "This person has meanwhile become of another team of CYMAT."},
            {}};
  if (constraint == "cymat_request_one_open")
    return {core::RefusalCode::cymat_pending,
            {"このインシデントについては、CYMAT がすでに要請されています。", "CYMAT was asked for in this case already."},
            {}};
  if (constraint.ends_with("_two_persons"))
    return {core::RefusalCode::four_eyes,
            {"申請者と決定者は別の者でなければなりません（統一基準 2.1.1(8)）。委任関係のない別の者が決定してください。",
             "Who asks and who decides differ (standard 2.1.1(8)), through delegation too. Somebody else must decide."},
            {}};
  if (constraint == "appointment_one_holder")
    return {core::RefusalCode::post_taken, {"この職には別の者がいます。", "Somebody else holds this post."}, {}};
  return {core::RefusalCode::transition_not_allowed,
          {"この間に状態が変わりました。読み直してください。", "Its state has changed meanwhile. Read it again."},
          {}};
}

// Constraints that a race can bring about; any other that fails is a defect of ours.
bool expected(const std::string& constraint) {
  constexpr std::string_view known[] = {"incident_reference_once", "waiver_one_pending",     "incident_transition",
                                        "obligation_transition",   "assignment_transition",  "assignment_one_live",
                                        "assignment_one_offer",    "assignment_one_head",    "cymat_member_once",
                                        "cymat_request_one_open",  "cymat_transition",       "appointment_one_holder",
                                        "label_change_one_pending", "sealing_key_once"};
  return constraint.ends_with("_two_persons") ||
         std::find(std::begin(known), std::end(known), constraint) != std::end(known);
}

struct NameOfAction {
  std::string_view operator()(const SubmitReport&) const { return "submit_report"; }
  std::string_view operator()(const Assess&) const { return "assess"; }
  std::string_view operator()(const Move&) const { return "move"; }
  std::string_view operator()(const AddRecipient&) const { return "add_recipient"; }
  std::string_view operator()(const Fulfill&) const { return "fulfill"; }
  std::string_view operator()(const AskWaiver&) const { return "ask_waiver"; }
  std::string_view operator()(const DecideWaiver&) const { return "decide_waiver"; }
  std::string_view operator()(const Acknowledge&) const { return "acknowledge"; }
  std::string_view operator()(const AskErasure&) const { return "ask_erasure"; }
  std::string_view operator()(const DecideErasure&) const { return "decide_erasure"; }
  std::string_view operator()(const AskRelaySwitch&) const { return "ask_relay_switch"; }
  std::string_view operator()(const DecideRelaySwitch&) const { return "decide_relay_switch"; }
  std::string_view operator()(const ChangeEndpoint&) const { return "change_endpoint"; }
  std::string_view operator()(const ReplayDelivery&) const { return "replay_delivery"; }
  std::string_view operator()(const ChangeStaff&) const { return "change_staff"; }
  std::string_view operator()(const Respond&) const { return "respond"; }
  std::string_view operator()(const HandleInformation&) const { return "handle_information"; }
  std::string_view operator()(const ChangeBodyInformation&) const { return "change_body_information"; }
  std::string_view operator()(const Cosign&) const { return "cosign"; }
};

}  // namespace

// One thread's connection and the group it works on.
class WriterPool::Writer {
 public:
  Writer(ConnectionSettings settings, const core::Law& law, const record::RecordSigner* signer)
      : settings_(std::move(settings)), law_(law), signer_(signer) {}

  // Results in the order of the members. Never throws.
  std::vector<Result> serve(const std::vector<const Command*>& members) {
    std::vector<Result> results(members.size(), Failed{});
    std::vector<std::size_t> waiting(members.size());
    std::iota(waiting.begin(), waiting.end(), std::size_t{0});
    while (!waiting.empty()) waiting = serve_some(members, waiting, results);
    return results;
  }

 private:
  // Serves those members in one transaction, or one by one where that fails; returns those that have to wait.
  std::vector<std::size_t> serve_some(const std::vector<const Command*>& members,
                                      const std::vector<std::size_t>& which, std::vector<Result>& results) {
    std::vector<const Command*> group;
    for (auto slot : which) group.push_back(members[slot]);
    std::vector<std::size_t> deferred;
    const auto failure = attempt([&] {
      auto done = run_group(connection(), law_, signer_, group);
      for (std::size_t i = 0; i < which.size(); ++i) results[which[i]] = std::move(done.results[i]);
      for (auto i : done.deferred) deferred.push_back(which[i]);
    });
    if (!failure) return deferred;
    const bool whole_group = std::holds_alternative<NotAvailable>(*failure) || std::holds_alternative<Unknown>(*failure);
    if (whole_group || which.size() == 1) {
      for (auto slot : which) results[slot] = *failure;
      return {};
    }
    // One bad member must not fail the others: each by itself now.
    for (auto slot : which) serve_some(members, {slot}, results);
    return {};
  }

  // Nothing where it succeeded, else what to answer.
  template <class Work>
  std::optional<Result> attempt(const Work& work) {
    for (int tries = 0;; ++tries) {
      try {
        work();
        return std::nullopt;
      } catch (const Conflict&) {
        if (tries < attempts_after_conflict) continue;
        return NotAvailable{};
      } catch (const UnknownOutcome& error) {
        spdlog::warn("a commit's outcome is not known ({}): its callers ask again with their keys", error.sqlstate());
        connection_.reset();
        return Unknown{};
      } catch (const ConstraintViolation& error) {
        if (error.constraint() == "content_epoch_is_there") {
          if (takes_up_epoch()) continue;
          spdlog::error("the content key that wraps new cases was dropped, and the next one is not here");
          return NotAvailable{};
        }
        if (expected(error.constraint())) return conflicting(error.constraint());
        spdlog::error("constraint {} refused a decision", error.constraint());
        return Failed{};
      } catch (const Unavailable& error) {
        spdlog::warn("no database for a writer: SQLSTATE {}", error.sqlstate());
        connection_.reset();
        return NotAvailable{};
      } catch (const DatabaseMisconfigured& error) {
        spdlog::error("the database is not set up as it must be: {}", error.what());
        connection_.reset();
        return NotAvailable{};
      } catch (const DatabaseError& error) {
        spdlog::error("a decision could not be stored: SQLSTATE {}", error.sqlstate());
        connection_.reset();
        return Failed{};
      } catch (const std::exception&) {
        // Its text may quote what was submitted.
        spdlog::error("a decision could not be made or stored");
        connection_.reset();
        return Failed{};
      }
    }
  }

  // The key that wrapped new cases was dropped since: whether there is another now, which is here.
  bool takes_up_epoch() {
    try {
      const auto epoch = content_epoch_in_use(connection());
      if (!epoch || *epoch == settings_.content_keys->epoch_in_use()) return false;
      return settings_.content_keys->use(*epoch);
    } catch (const std::exception&) {
      return false;  // no database, or a file that cannot be read
    }
  }

  Connection& connection() {
    if (connection_ && (connection_->broken() || !connection_->looks_alive())) connection_.reset();
    if (!connection_) connection_ = std::make_unique<Connection>(settings_, DatabaseRole::writer);
    return *connection_;
  }

  ConnectionSettings settings_;
  const core::Law& law_;
  const record::RecordSigner* signer_;
  std::unique_ptr<Connection> connection_;
};

WriterPool::WriterPool(ConnectionSettings settings, const core::Law& law, WriterOptions options)
    : law_(law), options_(options), intake_(options.queue, static_cast<std::size_t>(options.writers)) {
  if (sodium_init() < 0) throw std::runtime_error("no source of randomness");
  for (int i = 0; i < options_.writers; ++i) {
    auto of_writer = settings;
    of_writer.application_name = fmt::format("noroshi writer {}", i + 1);
    writers_.push_back(std::make_unique<Writer>(of_writer, law, options_.receipts ? &*options_.receipts : nullptr));
  }
  for (std::size_t lane = 0; lane < writers_.size(); ++lane) threads_.emplace_back([this, lane] { run(*writers_[lane], lane); });
}

WriterPool::~WriterPool() {
  intake_.close();
  threads_.clear();
}

void WriterPool::submit(Command command, Completion complete) {
  if (options_.observer) complete = observed(command.action, std::move(complete));
  if (auto refusal = refused_at_once(command)) return complete(std::move(*refusal));
  PendingCommand pending{std::move(command), complete};
  if (!intake_.submit(std::move(pending))) complete(NotAvailable{});
}

std::optional<core::Refusal> WriterPool::refused_at_once(const Command& command) const {
  const auto* action = std::get_if<SubmitReport>(&command.action);
  if (!action || action->submission.report.stage != core::Stage::first) return std::nullopt;
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return core::check_right_to_report(law_, nullptr, action->submission.report, command.actor, now);
}

Completion WriterPool::observed(const Action& action, Completion complete) const {
  const auto* report = std::get_if<SubmitReport>(&action);
  const std::string_view stage = report ? core::to_string(report->submission.report.stage) : "";
  return [this, name = std::visit(NameOfAction{}, action), stage, complete = std::move(complete)](Result result) {
    options_.observer({name, stage, result});
    complete(std::move(result));
  };
}

void WriterPool::run(Writer& writer, std::size_t lane) {
  for (;;) {
    auto group = intake_.take(options_.group, lane);
    if (group.members.empty()) return;
    std::vector<const Command*> members;
    for (const auto& member : group.members) members.push_back(&member.command);
    auto results = writer.serve(members);
    intake_.done(group);
    ++groups_;
    commands_ += results.size();
    for (std::size_t i = 0; i < results.size(); ++i) group.members[i].complete(std::move(results[i]));
  }
}

}  // namespace noroshi::store
