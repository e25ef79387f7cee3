// `noroshi label …`: the label (格付) of an incident, requests to change it, and how the labels of a body map to the standard's.
#pragma once

#include <string>

#include <boost/json/value.hpp>

#include "src/cli/act.h"
#include "src/cli/language.h"

namespace noroshi::cli {

// "格付: 機密性2（独立行政法人・別表指定法人の定義） / 自機関の表示: 社外秘Ｂ / 取扱制限: 転送禁止" of a label as the daemon answers it; empty
// where there is none. It stands first in whatever is shown of a report, for what is printed carries it (standard 1.1(2)(b)).
std::string shown_label(const boost::json::value& label, Language language);
// What is shown under its label: first, and where the label asks for a mark in print (印刷時明示) last as well.
std::string under_label(const boost::json::value& owner, const std::string& text, Language language);

struct LabelShowOptions {
  std::string incident;
  ConnectionOptions connection;
};
int run(const LabelShowOptions& options, const Output& output);

struct LabelAskOptions : ActOptions {
  std::string incident;
  std::string own_label;
  int confidentiality = 0;  // 0: not stated, here and below
  int integrity = 0;
  int availability = 0;
  std::string reason;
};
int run(const LabelAskOptions& options, const Output& output);

struct LabelDecideOptions : ActOptions {
  std::string incident;
  std::string change;  // empty: the one that waits
  std::string decision;
  std::string reason;
};
int run(const LabelDecideOptions& options, const Output& output);

struct LabelMappingsOptions {
  ConnectionOptions connection;
};
int run(const LabelMappingsOptions& options, const Output& output);

struct LabelMapOptions : ActOptions {
  std::string own_label;
  int confidentiality = 0;
  int integrity = 0;
  int availability = 0;
};
int run(const LabelMapOptions& options, const Output& output);

struct LabelWithdrawOptions : ActOptions {
  std::string mapping;
  std::string reason;
};
int run(const LabelWithdrawOptions& options, const Output& output);

}  // namespace noroshi::cli
