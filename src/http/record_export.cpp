#include "src/http/record_export.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace noroshi::http {
namespace {

constexpr int page_length = 500;                    // events; some 500 KB with their leaves
constexpr std::chrono::milliseconds patience{800};  // of a worker, for a connection
constexpr std::chrono::seconds patience_with_failure{
    20};  // until the export is given up; less than a session's silence

}  // namespace

RecordExport::RecordExport(const ReadContext& context, Caller caller, Language language, ExportForm form,
                           store::RecordFilter filter, std::int64_t place, std::int64_t until)
    : context_(context),
      caller_(std::move(caller)),
      language_(language),
      form_(form),
      filter_(std::move(filter)),
      place_(place),
      until_(until) {}

void RecordExport::next(std::function<void(std::optional<Piece>)> deliver) {
  {
    const std::lock_guard lock(mutex_);
    deliver_ = std::move(deliver);
  }
  if (ended_) return give(std::nullopt);
  ask();
}

void RecordExport::end(BodyEnd) {
  ended_ = true;
  give(std::nullopt);
}

void RecordExport::ask() {
  const bool posted = context_.workers.try_post([self = shared_from_this()] { self->read(); });
  if (!posted) give(std::nullopt);
}

// On a worker: one page. Where it shows nothing there is no piece to give, and the next one is asked for.
void RecordExport::read() {
  if (ended_) return;
  try {
    std::string text = read_page();
    failing_since_.reset();
    if (!text.empty()) return give(std::make_shared<const std::string>(std::move(text)));
    if (place_ >= until_) return give(Piece{});
    return ask();
  } catch (const store::Unavailable&) {
  } catch (const store::Conflict&) {
  } catch (const store::DatabaseError& error) {
    spdlog::error("http: an export of the record failed, SQLSTATE {}", error.sqlstate());
    return give(std::nullopt);
  } catch (const std::exception& error) {
    spdlog::error("http: an export of the record failed: {}", error.what());
    return give(std::nullopt);
  }
  // A connection was waited for; the database may be back soon.
  const auto now = std::chrono::steady_clock::now();
  if (!failing_since_) failing_since_ = now;
  if (now - *failing_since_ > patience_with_failure) return give(std::nullopt);
  ask();
}

std::string RecordExport::read_page() {
  std::string text;
  const bool first = !std::exchange(begun_, true);
  if (first && form_ == ExportForm::csv) text = codec::csv_header(language_);
  if (place_ >= until_) return text;
  auto lease = context_.readers.acquire(patience);
  store::TenantTransaction transaction(*lease, caller_.tenant, actor_of(caller_));
  const codec::AnswerContext answer{context_.law, language_, {}};
  const auto page = store::read_record(transaction, filter_, place_, until_, page_length);
  for (const auto& event : page.items) {
    if (form_ == ExportForm::csv)
      codec::append_csv(text, event, answer);
    else
      text.append(codec::encode_one(event, answer)).append("\n");
  }
  place_ = page.place;
  return text;
}

void RecordExport::give(std::optional<Piece> piece) {
  Deliver deliver;
  {
    const std::lock_guard lock(mutex_);
    deliver = std::exchange(deliver_, nullptr);
  }
  if (deliver) deliver(std::move(piece));
}

}  // namespace noroshi::http
