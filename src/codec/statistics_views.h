// Figures of a time range (GET /statistics): how many, how many in time, and how late. Those of exercises (訓練) are figures of
// their own, and never among the others.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "routing/time.h"

namespace noroshi::codec {

// Of what was done: done less due, in seconds; before it was due they are negative. Nothing where nothing was done.
struct Lateness {
  std::optional<double> median;
  std::optional<double> p90;  // nine in ten were no later
};

// Of incidents that were opened in the range.
struct IncidentFigures {
  std::int64_t total = 0;
  std::map<std::string, std::int64_t> by_state;
  std::map<std::string, std::int64_t> by_category;  // class/type of RSIT; "" where none is stated, it is erased, or the caller is not shown it
  std::map<std::string, std::int64_t> by_cyberattack;
  std::map<std::string, std::int64_t> by_assessment;
};

// Of duties under one clause that were opened in the range, a reopened one when it was opened first.
struct ClauseFigures {
  std::string edition;
  std::string clause;
  int sentence = 0;
  std::int64_t total = 0;
  std::int64_t in_time = 0;  // met
  std::int64_t late = 0;     // met
  std::int64_t open = 0;
  std::int64_t overdue = 0;  // of the open ones
  std::int64_t waived = 0;
  std::int64_t superseded = 0;
  Lateness lateness;  // of those met
};

// Of messages sent in the range whose acknowledgement is asked for. Who acknowledged a later one has the earlier ones too.
struct AcknowledgementFigures {
  std::int64_t total = 0;
  std::int64_t in_time = 0;
  std::int64_t late = 0;
  std::int64_t with_a_later_one = 0;
  std::int64_t waiting = 0;
  std::int64_t overdue = 0;  // of those that wait
  Lateness lateness;         // of those acknowledged themselves
};

struct StatisticsView {
  bool exercise = false;
  Timestamp from;
  Timestamp to;  // not in the range any more
  IncidentFigures incidents;
  std::vector<ClauseFigures> duties;  // by edition, clause and sentence
  AcknowledgementFigures acknowledgements;
};

std::string encode_statistics(const StatisticsView& statistics);

}  // namespace noroshi::codec
