// The simulation's own command.
//
//   simulation --seeds FIRST COUNT [--kept FILE] [--steps N]   worlds of these seeds, those of the file first and whole
//   simulation --seed N [--steps N] [--trace] [--only 3,17,20] [--mutant NAME]
//   simulation --mutants                                       each seeded bug, and whether its check tells of it
//
// A world of N steps is the beginning of the longer one of its seed.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/simulation/mutants.h"
#include "tests/simulation/world.h"

namespace {

using namespace noroshi::simulation;

struct Totals {
  std::size_t worlds = 0;
  std::size_t events = 0;
  std::map<std::string, std::size_t> looked_at, happened, refused;
  void add(const World& world) {
    ++worlds;
    events += world.events();
    for (const auto& [check, times] : world.auditor().looked_at()) looked_at[check] += times;
    for (const auto& [type, times] : world.happened()) happened[type] += times;
    for (const auto& [code, times] : world.refused()) refused[code] += times;
  }
};

std::string list_of(const std::set<int>& steps) {
  std::string text;
  for (const int step : steps) text += (text.empty() ? "" : ",") + std::to_string(step);
  return text;
}

// What is left out without which it still fails by the same check: the steps after it, then ever smaller stretches.
std::set<int> shrunk(const Options& failing, const std::string& check, int last) {
  auto options = failing;
  for (int step = last + 1; step <= options.steps; ++step) options.left_out.insert(step);
  const auto fails = [&](const std::set<int>& left_out) {
    auto tried = options;
    tried.left_out = left_out;
    World world(tried);
    world.run();
    return !world.findings().empty() && world.findings().front().check == check;
  };
  if (!fails(options.left_out)) return failing.left_out;
  int runs = 0;
  for (int length = std::max(1, last / 2); length >= 1 && runs < 150; length /= 2)
    for (int start = 1; start <= last && runs < 150; start += length) {
      auto fewer = options.left_out;
      for (int step = start; step < std::min(last + 1, start + length); ++step) fewer.insert(step);
      if (fewer == options.left_out) continue;
      ++runs;
      if (fails(fewer)) options.left_out = fewer;
    }
  return options.left_out;
}

bool run_one(const Options& options, Totals& totals) {
  World world(options);
  world.run();
  totals.add(world);
  if (world.findings().empty()) return true;
  const auto& finding = world.findings().front();
  std::printf("seed %llu, step %d: %s: %s\n", static_cast<unsigned long long>(options.seed), world.step(),
              finding.check.c_str(), finding.text.c_str());
  if (options.trace) return false;
  const auto left_out = shrunk(options, finding.check, world.step());
  std::set<int> kept;
  for (int step = 1; step <= options.steps; ++step)
    if (!left_out.contains(step)) kept.insert(step);
  const auto again = "simulation --seed " + std::to_string(options.seed) + " --steps " + std::to_string(options.steps);
  std::printf("  again: %s --trace, or in %zu steps: %s --trace --only %s\n", again.c_str(), kept.size(), again.c_str(),
              list_of(kept).c_str());
  std::fflush(stdout);
  return false;
}

std::vector<std::uint64_t> kept_seeds(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "%s cannot be read\n", path.c_str());
    std::exit(2);
  }
  std::vector<std::uint64_t> seeds;
  for (std::string line; std::getline(file, line);) {
    const auto text = line.substr(0, line.find('#'));
    if (text.find_first_of("0123456789") != std::string::npos)
      seeds.push_back(std::strtoull(text.c_str(), nullptr, 10));
  }
  return seeds;
}

// What a world has to be full of: a walk that goes nowhere proves nothing.
int tell(const Totals& totals, bool all, bool long_worlds) {
  int sleeping = 0;
  for (const char* type : {"incident.opened",
                           "report.received",
                           "judgement.made",
                           "incident.moved",
                           "access.granted",
                           "access.ended",
                           "recipient.added",
                           "obligation.opened",
                           "obligation.fulfilled",
                           "obligation.superseded",
                           "obligation.reopened",
                           "obligation.waived",
                           "obligation.recurred",
                           "obligation.passed",
                           "message.sent",
                           "message.acknowledged",
                           "message.passed",
                           "incident.passed",
                           "waiver.asked",
                           "waiver.decided",
                           "alarm.raised",
                           "alarm.rung",
                           "erasure.asked",
                           "erasure.decided",
                           "relay_switch.asked",
                           "relay_switch.decided",
                           "person.registered",
                           "person.left",
                           "assignment.proposed",
                           "assignment.accepted",
                           "assignment.declined",
                           "assignment.activated",
                           "assignment.handed_over",
                           "assignment.released",
                           "cymat.requested",
                           "cymat.forwarded",
                           "cymat.received",
                           "cymat.decided",
                           "cymat.member_proposed",
                           "cymat.member_answered",
                           "cymat.formed",
                           "cymat.dispatched",
                           "cymat.begun",
                           "cymat.logged",
                           "cymat.ended",
                           "cymat.reported",
                           "handling.step_taken",
                           "instruction.given",
                           "platform.linked",
                           "endpoint.proposed",
                           "endpoint.decided",
                           "endpoint.disabled",
                           "endpoint.resumed",
                           "delivery.queued",
                           "delivery.settled",
                           "delivery.replayed",
                           "label.given",
                           "label.change_asked",
                           "label.change_decided",
                           "consent.stated",
                           "content.withheld",
                           "content.released",
                           "inquiry.asked",
                           "inquiry.answered",
                           "inquiry.withdrawn"}) {
    const auto times = totals.happened.find(type);
    // To be given up and sent again takes more than the steps of a short world.
    if (!long_worlds && type == std::string("delivery.replayed")) continue;
    if (all && (times == totals.happened.end() || !times->second)) {
      std::printf("never happened: %s\n", type);
      ++sleeping;
    }
  }
  std::size_t looks = 0;
  for (const auto& [check, times] : totals.looked_at) looks += times;
  for (const auto& mutant : mutants()) {
    static const std::set<std::string> of_the_world = {"may_follow", "fold", "record", "rings_at"};
    const auto times = totals.looked_at.find(mutant.check);
    if (all && !of_the_world.contains(mutant.check) && (times == totals.looked_at.end() || !times->second)) {
      std::printf("never looked at: %s\n", mutant.check.c_str());
      ++sleeping;
    }
  }
  std::printf("%zu worlds, %zu events, %zu looks of the auditor in %zu checks\n", totals.worlds, totals.events, looks,
              totals.looked_at.size());
  return sleeping;
}

int run_mutants() {
  int asleep = 0;
  for (const auto& mutant : mutants()) {
    std::string told;
    std::uint64_t seed = mutant.seed;
    for (; seed < mutant.seed + 200 && told.empty(); ++seed) {
      Options options;
      options.seed = seed;
      options.mutant = mutant.name;
      World world(options);
      world.run();
      if (!world.findings().empty()) told = world.findings().front().check;
      if (!told.empty() && !world.altered()) told += " (without the bug)";
    }
    const bool live = told == mutant.check;
    std::printf("%-20s %-22s seed %-6llu %s%s\n", mutant.name.c_str(), told.empty() ? "untold" : told.c_str(),
                static_cast<unsigned long long>(seed - 1),
                live ? "" : ("expected " + mutant.check + ": ").c_str(), mutant.bug.c_str());
    std::fflush(stdout);
    asleep += !live;
  }
  return asleep ? 1 : 0;
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + 1, values + count);
  Options options;
  std::uint64_t first = 0;
  std::uint64_t seeds = 0;
  bool one = false;
  bool counts_wanted = false;
  std::string kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto next = [&]() -> const std::string& {
      if (i + 1 < arguments.size()) return arguments[++i];
      std::fprintf(stderr, "%s needs a value\n", arguments[i].c_str());
      std::exit(2);
    };
    const auto& argument = arguments[i];
    if (argument == "--seed") {
      options.seed = std::strtoull(next().c_str(), nullptr, 10);
      one = true;
    } else if (argument == "--trace") {
      options.trace = true;
    } else if (argument == "--mutant") {
      options.mutant = next();
    } else if (argument == "--steps") {
      options.steps = std::max(1, std::atoi(next().c_str()));
    } else if (argument == "--only") {
      std::istringstream list(next());
      for (std::string step; std::getline(list, step, ',');) options.only.insert(std::atoi(step.c_str()));
    } else if (argument == "--seeds") {
      first = std::strtoull(next().c_str(), nullptr, 10);
      seeds = std::strtoull(next().c_str(), nullptr, 10);
    } else if (argument == "--kept") {
      kept = next();
    } else if (argument == "--mutants") {
      return run_mutants();
    } else if (argument == "--counts") {
      counts_wanted = true;
    } else {
      std::fprintf(stderr,
                   "simulation --seeds FIRST COUNT [--kept FILE] [--steps N] [--counts] | --seed N [--steps N] [--trace] "
                   "[--only LIST] [--mutant NAME] | --mutants\n");
      return 2;
    }
  }
  Totals totals;
  int failed = 0;
  if (one) failed += !run_one(options, totals);
  if (!kept.empty())
    for (const auto seed : kept_seeds(kept)) {
      auto whole = options;  // what it found may lie late
      whole.seed = seed;
      whole.steps = std::max(options.steps, Options{}.steps);
      failed += !run_one(whole, totals);
    }
  for (std::uint64_t seed = first; seed < first + seeds && failed < 10; ++seed) {
    options.seed = seed;
    failed += !run_one(options, totals);
  }
  const int sleeping = tell(totals, seeds >= 500 && !failed, options.steps >= Options{}.steps);
  if (counts_wanted)
    for (const auto* counts : {&totals.happened, &totals.refused, &totals.looked_at})
      for (const auto& [name, times] : *counts) std::printf("%10zu %s\n", times, name.c_str());
  return failed || sleeping ? 1 : 0;
}
