// `noroshi alarms`: what was not done in time, or cannot be routed; a list for whoever is on duty at night.
#pragma once

#include <string>

#include <boost/json/array.hpp>

#include "src/cli/connection.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct AlarmsOptions {
  ConnectionOptions connection;
};
int run(const AlarmsOptions& options, const Output& output);

// The items of GET /alarms as rows, the newest first, of one moment the highest level; a sentence where there
// are none. The lateness is that of the moment of the alarm, not of now. A member that an older daemon does
// not tell stands as "-"; one whose `holder` is missing concerns `organization`.
std::string render_alarms(const boost::json::array& alarms, Language language);

// One alarm in a line: what, how late it was, of which duty, who is late, who was called, which incident.
std::string shown_alarm(const boost::json::value& alarm, Language language);

}  // namespace noroshi::cli
