// Where a coroutine waits for a value that another thread may bring.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace noroshi::http {

class Waiting {
 public:
  virtual ~Waiting() = default;
  virtual void abandon() = 0;
};

// Lives on the io thread; `deliver` of door() may be called on any.
template <class T>
class Handoff : public Waiting, public std::enable_shared_from_this<Handoff<T>> {
 public:
  enum class Outcome { delivered, dropped, late, abandoned };

  explicit Handoff(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

  // To be called once. After the handoff has gone it does nothing, but the io_context must still be there.
  std::function<void(std::optional<T>)> door() {
    return [executor = timer_.get_executor(), weak = this->weak_from_this()](std::optional<T> value) {
      boost::asio::dispatch(executor, [weak, value = std::move(value)]() mutable {
        if (const auto self = weak.lock()) self->arrive(std::move(value));
      });
    };
  }

  boost::asio::awaitable<Outcome> wait(boost::asio::steady_timer::duration deadline) {
    if (!arrived_ && !abandoned_) {
      timer_.expires_after(deadline);
      co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    if (arrived_) co_return value_ ? Outcome::delivered : Outcome::dropped;
    co_return abandoned_ ? Outcome::abandoned : Outcome::late;
  }

  // After Outcome::delivered.
  T& value() { return *value_; }

  // Ends the wait without a value.
  void abandon() override {
    abandoned_ = true;
    timer_.cancel();
  }

 private:
  void arrive(std::optional<T> value) {
    value_ = std::move(value);
    arrived_ = true;
    timer_.cancel();
  }

  boost::asio::steady_timer timer_;
  std::optional<T> value_;
  bool arrived_ = false;
  bool abandoned_ = false;
};

}  // namespace noroshi::http
