// Replays a story through the public interface, telling what comes of each step.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <boost/json/value.hpp>

#include "src/cli/api_client.h"
#include "src/cli/output.h"
#include "src/cli/story.h"

namespace noroshi::cli {

class StoryPlayer {
 public:
  // Who speaks for a body in a role.
  using ClientFor = std::function<ApiClient(const std::string& organization, core::Role role)>;
  // Puts the shown clock to a time, before the step that happens then.
  using SetClock = std::function<void(Timestamp at)>;

  StoryPlayer(ClientFor client_for, SetClock set_clock, double speed, Output output)
      : client_for_(std::move(client_for)),
        set_clock_(std::move(set_clock)),
        speed_(speed),
        output_(output) {}

  // False where the daemon refused or did not answer, after telling why.
  bool play(const Story& story);

 private:
  bool play(const Story& story, std::size_t index);
  bool post_report(const StoryStep& step, const std::string& key);
  bool fulfill(const StoryStep& step, const std::string& key);
  bool acknowledge(const StoryStep& step, const std::string& key);
  // The answer's JSON where it is good; else null, after telling.
  boost::json::value call(const StoryStep& step, const std::string& target, const std::string& body,
                          const std::string& key);
  void tell_duties(const boost::json::array& obligations);
  void pace(Timestamp from, Timestamp to) const;

  ClientFor client_for_;
  SetClock set_clock_;
  double speed_;
  Output output_;
  std::map<std::string, std::string> incidents_;  // by the story's own name
  std::map<std::string, std::string> states_;     // of duties, as told last: only what is new is told
};

// "厚生労働省 (mhlw) → 内閣サイバーセキュリティセンター (nisc)  2.2.4(2)(g) 第3文  履行済 【18日 遅れ】"
std::string shown_duty(const boost::json::value& obligation, Language language);
// A duty between two bodies, or a step to oneself: not one inside a body.
bool crosses_border(const boost::json::value& obligation);

}  // namespace noroshi::cli
