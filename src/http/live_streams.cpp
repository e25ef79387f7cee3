#include "src/http/live_streams.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "src/http/api_heartbeat.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr std::chrono::seconds heartbeat_again_after(5);  // where one could not be had
constexpr std::chrono::milliseconds reconnect_after(2'000);
constexpr std::chrono::milliseconds patience(800);  // of a worker, for a connection

// Whose eyes a page is read with, and from where: streams that agree in all of it share the read.
struct PageKey {
  std::string organization;
  store::StreamFilter filter;
  Language language = Language::ja;
  std::int64_t place = 0;

  auto tied() const { return std::tie(organization, filter.own, filter.inbox, language, place); }
  friend bool operator<(const PageKey& a, const PageKey& b) { return a.tied() < b.tied(); }
};

struct Page {
  bool failed = false;
  BodySource::Piece text;  // null where the page shows nothing
  std::int64_t place = 0;  // where the next page begins
  std::int64_t told = 0;   // the place in the id of the last item, where there is a text
  bool more = false;
};

PageKey key_of(const Caller& caller, Language language) {
  const bool inbox =
      std::find(readers_of_inbox.begin(), readers_of_inbox.end(), caller.role) != readers_of_inbox.end();
  return {caller.tenant, {sees_own_only(caller), inbox}, language, 0};
}

SseItem reset_item(codec::StreamReset reason, std::int64_t place, Language language) {
  return {"reset", codec::encode_reset(reason, language), store::write_place(place)};
}

void append_items(Page& page, std::string& text, const std::vector<codec::StreamItem>& items,
                  const codec::AnswerContext& context) {
  for (const codec::StreamItem& item : items) {
    page.told = item.sequence + 1;
    append_item(text, {std::string(codec::name_of(item)), codec::encode_one(item, context),
                       store::write_place(page.told)});
  }
}

Page read_page(const ReadContext& context, const PageKey& key, const Caller& caller) {
  auto lease = context.readers.acquire(patience);
  store::TenantTransaction transaction(*lease, key.organization, actor_of(caller));
  const codec::AnswerContext answer{context.law, key.language, store::read_clock(transaction)};
  const auto read =
      store::read_stream(transaction, addressees_of(transaction, key.organization, answer), key.filter, key.place);

  Page page{.place = read.place, .more = read.numbered > read.place};
  std::string text;
  if (read.numbered < key.place) {  // the database is another, or was restored, under the open stream
    page.place = page.told = read.numbered;
    append_item(text, reset_item(codec::StreamReset::ahead, page.place, key.language));
  }
  append_items(page, text, read.items, answer);
  if (!text.empty()) page.text = std::make_shared<const std::string>(std::move(text));
  return page;
}

// Where the database cannot be asked the stream asks again when it is told that it can be.
Page page_or_failure(const ReadContext& context, const PageKey& key, const Caller& caller) {
  try {
    return read_page(context, key, caller);
  } catch (const store::Unavailable&) {
  } catch (const store::Conflict&) {
  } catch (const store::DatabaseError& error) {
    spdlog::error("http: a page of a stream could not be read, SQLSTATE {}", error.sqlstate());
  } catch (const std::exception& error) {
    spdlog::error("http: a page of a stream could not be read: {}", error.what());
  }
  return {.failed = true};
}

}  // namespace

// Streams and reads are those of the io thread; what is counted is asked for by others too.
class LiveStreams::State : public std::enable_shared_from_this<State> {
 public:
  State(asio::any_io_executor io, const ReadContext& read_context, LiveStreamOptions given)
      : executor(std::move(io)), context(read_context), options(std::move(given)) {}

  bool admit(const std::string& token);
  void release(const std::string& token);
  void count_slow();
  Counts counts() const;

  // With the number of events, or without where the database is away.
  void hear(std::optional<std::int64_t> numbered);
  void read(const PageKey& key, const Caller& caller, std::weak_ptr<Stream> reader);
  void ask_heartbeat(const Caller& caller, std::weak_ptr<Stream> asking);

  const asio::any_io_executor executor;
  const ReadContext context;
  const LiveStreamOptions options;
  std::int64_t numbered = 0;
  bool database_away = false;
  std::map<Stream*, std::weak_ptr<Stream>> streams;

 private:
  void hand_out(const PageKey& key, const Page& page);

  std::map<PageKey, std::vector<std::weak_ptr<Stream>>> reads_;
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> of_token_;
  std::size_t open_ = 0;
  std::uint64_t cut_as_slow_ = 0;
};

class LiveStreams::Stream final : public LiveStream, public std::enable_shared_from_this<Stream> {
 public:
  Stream(std::shared_ptr<State> state, const Caller& caller, Language language)
      : state_(std::move(state)),
        caller_(caller),
        key_(http::key_of(caller, language)),
        timer_(state_->executor) {}
  ~Stream() override {
    if (known_) state_->streams.erase(this);
    state_->release(caller_.token_id);
  }

  void begin(std::int64_t place, std::optional<codec::StreamReset> reset) override {
    key_.place = told_ = place;
    append_retry(greeting_, reconnect_after);
    if (reset) append_item(greeting_, reset_item(*reset, place, key_.language));
    const std::string cursor = store::write_place(place);
    append_item(greeting_, {"ready", codec::encode_ready(cursor), cursor});
  }

  void next(std::function<void(std::optional<Piece>)> deliver) override {
    deliver_ = std::move(deliver);
    if (!std::exchange(known_, true)) state_->streams.emplace(this, weak_from_this());
    go_on();
  }

  void end(BodyEnd why) override {
    ending_ = why;
    go_on();
  }

  void reader_was_slow() override { state_->count_slow(); }

  // The database has answered, or has ceased to.
  void look() {
    failed_ = state_->database_away;
    // What it says when it is back may be another record: to be read once, whatever its length.
    more_ = more_ || state_->database_away;
    go_on();
  }

  void take(const Page& page) {
    asking_ = false;
    if (!deliver_) return;  // a comment went out meanwhile; the page is read again
    failed_ = page.failed;
    if (!page.failed) {
      key_.place = page.place;
      more_ = page.more;
    }
    if (!page.text) return go_on();
    told_ = page.told;
    give(page.text);
  }

  void take_heartbeat(const std::optional<SseItem>& item) {
    asking_ = false;
    if (!item || !deliver_) {
      heartbeat_at_ = steady_clock::now() - heartbeat_interval + heartbeat_again_after;
      return go_on();
    }
    std::string text;
    append_item(text, *item);
    give(std::move(text));
  }

 private:
  // Whatever is to be done next, where the session waits for it.
  void go_on() {
    if (!deliver_) return;
    if (ending_) return give_end();
    if (!greeting_.empty()) return give(std::exchange(greeting_, {}));
    if (asking_) return wait();
    if (heartbeat_due()) return ask_heartbeat();
    if (!failed_ && (more_ || state_->numbered > key_.place)) return read();
    wait();
  }

  void read() {
    asking_ = true;
    wait();
    state_->read(key_, caller_, weak_from_this());
  }

  bool heartbeat_due() const {
    // With no database there is nothing to say: that none comes is the sign.
    return state_->options.heartbeat && !failed_ && !state_->database_away &&
           (!heartbeat_at_ || steady_clock::now() >= *heartbeat_at_ + heartbeat_interval);
  }
  void ask_heartbeat() {
    asking_ = true;
    heartbeat_at_ = steady_clock::now();
    wait();
    state_->ask_heartbeat(caller_, weak_from_this());
  }

  // Says something within the time, so that client and proxies know the line to be open.
  void wait() {
    timer_.expires_at(given_at_ + state_->options.keep_alive);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!error && self && self->deliver_) self->keep_alive();
    });
  }

  void keep_alive() {
    std::string text;
    append_comment(text, failed_ ? "database unavailable" : "");
    // Past what others did: a client that comes back must not read it again, nor seem far behind.
    if (std::exchange(told_, key_.place) != key_.place) append_id(text, store::write_place(key_.place));
    give(std::move(text));
  }

  void give_end() {
    if (end_given_) return give(Piece());
    end_given_ = true;
    const auto reason =
        *ending_ == BodyEnd::token_invalid ? codec::StreamEnd::token : codec::StreamEnd::stopping;
    std::string text;
    append_item(text, {"end", codec::encode_end(reason, key_.language), std::nullopt});
    give(std::move(text));
  }

  void give(std::string text) { give(std::make_shared<const std::string>(std::move(text))); }
  void give(const Piece& piece) {
    timer_.cancel();
    given_at_ = steady_clock::now();
    std::exchange(deliver_, nullptr)(piece);
  }

  const std::shared_ptr<State> state_;
  const Caller caller_;
  PageKey key_;            // its place is the stream's
  std::int64_t told_ = 0;  // the place that the client knows
  std::string greeting_;
  bool known_ = false;   // among the streams that are woken
  bool asking_ = false;  // a worker reads for it
  bool failed_ = false;  // the database did not answer; nothing is read until it does
  bool more_ = false;    // there is more to read, whatever was heard of the record's length
  std::optional<BodyEnd> ending_;
  bool end_given_ = false;
  std::optional<steady_clock::time_point> heartbeat_at_;
  steady_clock::time_point given_at_ = steady_clock::now();
  std::function<void(std::optional<Piece>)> deliver_;  // empty while the session writes
  asio::steady_timer timer_;
};

bool LiveStreams::State::admit(const std::string& token) {
  const std::lock_guard lock(mutex_);
  std::size_t& of_token = of_token_[token];
  if (open_ >= options.streams || of_token >= options.streams_of_token) {
    if (of_token == 0) of_token_.erase(token);
    return false;
  }
  ++open_;
  ++of_token;
  return true;
}

void LiveStreams::State::release(const std::string& token) {
  const std::lock_guard lock(mutex_);
  --open_;
  if (const auto found = of_token_.find(token); --found->second == 0) of_token_.erase(found);
}

void LiveStreams::State::count_slow() {
  const std::lock_guard lock(mutex_);
  ++cut_as_slow_;
}

LiveStreams::Counts LiveStreams::State::counts() const {
  const std::lock_guard lock(mutex_);
  return {open_, cut_as_slow_};
}

void LiveStreams::State::hear(std::optional<std::int64_t> heard) {
  database_away = !heard;
  if (heard) numbered = *heard;
  for (const auto& [address, weak] : std::map(streams))
    if (const auto stream = weak.lock()) stream->look();
}

void LiveStreams::State::read(const PageKey& key, const Caller& caller, std::weak_ptr<Stream> reader) {
  auto& readers = reads_[key];
  readers.push_back(std::move(reader));
  if (readers.size() > 1) return;
  const bool posted = context.workers.try_post([self = shared_from_this(), key, caller] {
    asio::post(self->executor, [self, key, page = page_or_failure(self->context, key, caller)] {
      self->hand_out(key, page);
    });
  });
  if (!posted)
    asio::post(executor, [self = shared_from_this(), key] { self->hand_out(key, {.failed = true}); });
}

void LiveStreams::State::hand_out(const PageKey& key, const Page& page) {
  const auto readers = std::move(reads_.extract(key).mapped());
  for (const auto& weak : readers)
    if (const auto stream = weak.lock()) stream->take(page);
}

void LiveStreams::State::ask_heartbeat(const Caller& caller, std::weak_ptr<Stream> asking) {
  const auto answer = [self = shared_from_this(), asking](std::optional<SseItem> item) {
    asio::post(self->executor, [asking, item = std::move(item)] {
      if (const auto stream = asking.lock()) stream->take_heartbeat(item);
    });
  };
  const bool posted = context.workers.try_post([self = shared_from_this(), caller, answer] {
    try {
      answer(self->options.heartbeat(caller));
    } catch (const std::exception& error) {
      spdlog::warn("http: no heartbeat for a stream: {}", error.what());
      answer(std::nullopt);
    }
  });
  if (!posted) answer(std::nullopt);
}

LiveStreams::LiveStreams(asio::any_io_executor io, const ReadContext& context, LiveStreamOptions options)
    : state_(std::make_shared<State>(std::move(io), context, std::move(options))) {}

void LiveStreams::tell(std::int64_t numbered) {
  asio::post(state_->executor, [state = state_, numbered] { state->hear(numbered); });
}

void LiveStreams::tell_database_is_away() {
  asio::post(state_->executor, [state = state_] { state->hear(std::nullopt); });
}

std::shared_ptr<LiveStream> LiveStreams::open(const Caller& caller, Language language) {
  if (!state_->admit(caller.token_id)) return nullptr;
  // Whoever lets go of it last, it ends on the io thread, whose list it leaves.
  const auto leave = [executor = state_->executor](Stream* stream) {
    asio::post(executor, [ended = std::unique_ptr<Stream>(stream)] {});
  };
  return {new Stream(state_, caller, language), leave};
}

const ReadContext& LiveStreams::context() const {
  return state_->context;
}

LiveStreams::Counts LiveStreams::counts() const {
  return state_->counts();
}

}  // namespace noroshi::http
