// The alarms of a story, as they rise: read through the public interface as the bodies concerned read them.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/json/value.hpp>
#include <tl/expected.hpp>

#include "src/cli/api_client.h"
#include "src/cli/output.h"
#include "src/cli/story.h"

namespace noroshi::cli {

// One alarm, of GET /alarms.
struct ToldAlarm {
  std::string incident;
  std::string code;
  std::string clause;        // "2.2.4(2)(g) 3"; empty where it is of no duty
  std::string recipient;     // of that duty; empty where it is inside a body
  std::string late;          // whose clock it is
  std::string organization;  // who hears, in which role
  std::string role;
  int level = 0;
  Timestamp raised_at;
  std::chrono::seconds late_by{};     // when it rose; whole minutes
  std::chrono::microseconds delay{};  // how long after its moment it rose, shown time
};

// Alarms that rose in one moment for one role of one body, in a line: "level 2  mhlw csirt_head: …".
std::string shown_alarms(const std::vector<ToldAlarm>& together, Language language);

// A table of those who heard, by level.
std::string shown_summary(const std::vector<ToldAlarm>& alarms, Language language);

class AlarmTeller {
 public:
  // Who speaks for a body in a role.
  using ClientFor = std::function<ApiClient(const std::string& organization, core::Role role)>;

  // `live`: somebody watches them rise, so each line says how long after its moment it did.
  AlarmTeller(ClientFor client_for, bool live, Output output)
      : client_for_(std::move(client_for)), live_(live), output_(output) {}

  // Watches the bodies that act in the story. Each gets somebody who hears, before anything happens. False as
  // below.
  bool begin(const Story& story);
  // Somebody of each body looks at what there is: a desk where a person sits is not taken for one where nobody is. False
  // as below.
  bool look() { return fetch_new(); }
  // Prints what has risen up to `shown` and was not printed yet; `rate`: how fast the shown clock ran
  // meanwhile. False where the daemon did not answer, after telling why.
  bool tell(Timestamp shown, double rate);
  // Of the story: the table, the longest delay, and who would have heard before whoever heard as it happened.
  void sum_up(const Story& story) const;

 private:
  bool fetch_new();
  bool read(const ApiClient& client, const boost::json::value& alarm);
  // When the duty was opened and towards whom.
  const std::string* recipient_of(const ApiClient& client, const std::string& obligation);
  void print_together(const std::vector<ToldAlarm>& together, double rate);
  void compare(const Story& story, const StoryStep& step) const;

  ClientFor client_for_;
  bool live_;
  Output output_;
  std::vector<ApiClient> watched_;
  std::set<std::string> known_;
  std::vector<ToldAlarm> waiting_;  // read and not told yet
  std::vector<ToldAlarm> told_;     // in this story
  std::map<std::string, std::string> recipients_;  // of duties, by id
  std::chrono::duration<double> longest_delay_{};  // of real time
};

}  // namespace noroshi::cli
