// Replays a story through the public interface, telling what comes of each step and which alarms rise between
// them.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <boost/json/value.hpp>

#include "src/cli/alarm_teller.h"
#include "src/cli/api_client.h"
#include "src/cli/output.h"
#include "src/cli/story.h"
#include "src/cli/story_clock.h"

namespace noroshi::cli {

class StoryPlayer {
 public:
  using ClientFor = AlarmTeller::ClientFor;

  StoryPlayer(ClientFor client_for, StoryClock& clock, Output output)
      : client_for_(client_for),
        clock_(clock),
        output_(output),
        alarms_(std::move(client_for), clock.runs(), output) {}

  // False where the daemon refused or did not answer, after telling why. Throws what StoryClock throws.
  bool play(const Story& story);

 private:
  bool do_step(const Story& story, std::size_t index);
  bool post_report(const StoryStep& step, const std::string& key);
  bool fulfill(const StoryStep& step, const std::string& key);
  bool recover(const StoryStep& step, const std::string& key);
  bool meet_inner_duties(const StoryStep& step, const boost::json::array& obligations,
                         const std::string& key);
  bool acknowledge(const StoryStep& step, const std::string& key);
  // The answer's JSON where it is good; else null, after telling.
  boost::json::value call(const StoryStep& step, const std::string& target, const std::string& body,
                          const std::string& key);
  void tell_duties(const boost::json::array& obligations);

  ClientFor client_for_;
  StoryClock& clock_;
  Output output_;
  AlarmTeller alarms_;
  std::map<std::string, std::string> incidents_;  // by the story's own name
  std::map<std::string, std::string> states_;     // of duties, as told last: only what is new is told
};

// "厚生労働省 (mhlw) → 内閣サイバーセキュリティセンター (nisc)  2.2.4(2)(g) 第3文  履行済 【18日 遅れ】"
std::string shown_duty(const boost::json::value& obligation, Language language);
// A duty between two bodies, or a step to oneself: not one inside a body.
bool crosses_border(const boost::json::value& obligation);

}  // namespace noroshi::cli
