// A report (第一報, 続報, 最終報) as decisions see it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/facts.h"
#include "routing/time.h"

namespace noroshi::core {

enum class Stage { first, followup, final, correction };
std::string_view to_string(Stage stage);
std::optional<Stage> parse_stage(std::string_view text);

// How exactly a stated time is known.
enum class Precision { minute, hour, day, month, year, about };
std::string_view to_string(Precision precision);
std::optional<Precision> parse_precision(std::string_view text);

struct StatedTime {
  Timestamp value;
  Precision precision = Precision::minute;
  friend bool operator==(const StatedTime&, const StatedTime&) = default;
};

// The report in force after this version: for a first report what was submitted, for later ones the version before
// with the members of the submission laid over it. Only what decisions need is typed here; `document` holds the whole
// as normalised JSON, which only the codec reads.
struct Report {
  std::string organization;  // whose incident; empty: the caller's
  std::string reference;     // the originator's own number, unique within its body
  Stage stage = Stage::first;
  std::string title;
  std::optional<StatedTime> occurred;  // 発生
  std::optional<StatedTime> detected;  // 検知
  StatedTime recognized;               // 認知: starts the clocks
  std::optional<StatedTime> assessed;  // 評価
  routing::Assessment assessment{};
  std::string assessment_reason;
  routing::Cyberattack cyberattack = routing::Cyberattack::unknown;
  std::string cyberattack_reason;
  std::vector<routing::LargeScaleCell> large_scale;
  std::string police;  // slug; empty: the default of the body
  bool exercise = false;  // 訓練
  int confidentiality = 0;  // 機密性 1-3; 0 where not stated
  std::string document;     // normalised JSON object of all members in force
  std::string changes;      // JSON array of {pointer, before, after} against the version before; "[]" for the first
  // The systems that are, or run on, a shared platform, by name. In no leaf: the links that follow tell (handling.h).
  std::vector<std::string> shared_platforms;
  // The rest of its label, and whether it may be shared under (2)(l). In no leaf: label.given and consent.stated tell.
  int integrity = 0;     // 完全性 1-2; 0 where not stated
  int availability = 0;  // 可用性 1-2; likewise
  std::string own_label;
  std::vector<std::string> handling;  // 取扱制限, as written
  std::optional<bool> consent_to_share;
  friend bool operator==(const Report&, const Report&) = default;
};

}  // namespace noroshi::core
