// How long the law takes: route() alone, and with the reading of the report before it.
//
//   bench_decisions FILE SECONDS       FILE: bodies of reports, one a line
//
// Prints a JSON object: nanoseconds a decision of each, and how many duties the bodies open.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "routing/route.h"
#include "src/codec/report_decoder.h"
#include "tests/routing/law.h"

namespace {

using namespace noroshi;
using Clock = std::chrono::steady_clock;

routing::Facts facts_of(const core::Report& report) {
  routing::Facts facts;
  facts.organization = report.organization;
  facts.recognized = report.recognized.value;
  facts.assessment = report.assessment;
  facts.cyberattack = report.cyberattack;
  facts.large_scale = report.large_scale;
  facts.police = report.police;
  facts.shared_platform = !report.shared_platforms.empty();
  return facts;
}

core::Report read(const std::string& body) {
  auto submission = codec::decode_submission(body);
  if (!submission) throw std::runtime_error("a body is no report: " + submission.error().front().pointer);
  return std::move(submission->report);
}

// Calls `work` with places in turn for so long; nanoseconds a call.
template <class Work>
double time_of(std::size_t places, double seconds, const Work& work) {
  const auto begin = Clock::now();
  std::size_t calls = 0;
  do {
    for (std::size_t place = 0; place < places; ++place) work(place);
    calls += places;
  } while (Clock::now() - begin < std::chrono::duration<double>(seconds));
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / static_cast<double>(calls);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("bench_decisions FILE SECONDS");
  const auto& editions = routing::test::editions();
  const auto& registry = routing::test::registry();
  std::ifstream file(argv[1]);
  std::vector<std::string> bodies;
  for (std::string line; std::getline(file, line);) bodies.push_back(line);
  if (bodies.empty()) throw std::runtime_error("no bodies");
  const double seconds = std::atof(argv[2]);

  std::vector<routing::Facts> facts;
  for (const auto& body : bodies) facts.push_back(facts_of(read(body)));
  const auto at = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  std::size_t duties = 0;
  const double routed = time_of(bodies.size(), seconds, [&](std::size_t place) {
    duties += routing::route(editions, registry, facts[place], at).duties.size();
  });
  std::size_t opened = 0;
  for (const auto& each : facts) opened += routing::route(editions, registry, each, at).duties.size();
  const double decoded = time_of(bodies.size(), seconds, [&](std::size_t place) {
    duties += routing::route(editions, registry, facts_of(read(bodies[place])), at).duties.size();
  });
  if (duties == 0) throw std::runtime_error("no duty was opened");
  std::printf("{\"route_ns\": %.1f, \"decode_and_route_ns\": %.1f, \"duties\": %.2f}\n", routed, decoded,
              static_cast<double>(opened) / static_cast<double>(bodies.size()));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_decisions: %s\n", error.what());
  return 1;
}
