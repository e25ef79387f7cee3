// The shown clock of a demonstration, taken from step to step of a story: at once, or running faster than the
// real one. On the way it comes to every moment at which a clock of the record rings.
#pragma once

#include <functional>

#include "src/cli/output.h"
#include "src/store/database.h"

namespace noroshi::cli {

class StoryClock {
 public:
  // What is told after clocks have rung: alarms raised up to `shown`, and how fast the shown clock ran then.
  using Told = std::function<void(Timestamp shown, double rate)>;

  // `owner` must outlive it. `speed`: seconds of the story in a second of ours; 0: no waiting.
  StoryClock(store::Connection& owner, double speed, Output output)
      : owner_(owner), speed_(speed), output_(output) {}

  // Whether it runs from step to step, and does not jump.
  bool runs() const { return speed_ > 0; }

  // A story begins at `at`.
  void begin(Timestamp at);

  // Takes the shown clock to `at` and holds it there, running at the real one's rate: a round trip at high
  // speed would be minutes of the story. All that rings on the way is told in its time. Throws Interrupted,
  // and DaemonFailed where the daemon lets a clock that is due wait for long.
  void travel(Timestamp at, const Told& told);

  // Waits until the daemon has rung all that is due, and lets it be told. Throws as above.
  void settle(const Told& told);

 private:
  void jump(Timestamp at);
  void run(Timestamp until, const Told& told);
  void wait_until_rung();
  void reach(Timestamp at);
  void skip_quiet_days(Timestamp at);
  void show_while_waiting(Timestamp shown) const;

  store::Connection& owner_;
  double speed_;
  Output output_;
};

}  // namespace noroshi::cli
