// `noroshi cymat …`: asking for CYMAT (情報セキュリティ緊急支援チーム), deciding on it, its team and its log.
#pragma once

#include <string>

#include "src/cli/act.h"

namespace noroshi::cli {

struct CymatReadOptions {
  std::string request;  // empty: the list
  bool pool = false;    // who could be sent, instead
  bool log = false;     // what the team wrote, instead
  ConnectionOptions connection;
};
int run(const CymatReadOptions& options, const Output& output);

struct CymatAskOptions : ActOptions {
  std::string incident;  // id, number or reference
  std::string reason;
  std::string priority;
};
int run(const CymatAskOptions& options, const Output& output);

// Everything that is done to a request. Which members of the body are sent is up to the action.
enum class CymatAction { forward, receive, decide, propose, agree, refuse, withdraw, form, dispatch, log, end, report };
struct CymatActOptions : ActOptions {
  CymatAction action{};
  std::string request;
  std::string member;
  std::string reason;
  std::string note;
  std::string ruling;
  bool united_response = false;
  std::string organization;
  std::string person;
  bool lead = false;
  std::string kind;
  std::string text;
  int confidentiality = 0;
};
int run(const CymatActOptions& options, const Output& output);

}  // namespace noroshi::cli
