// `noroshi inquiry …` and `noroshi notice …`: asking and telling along the chain (照会, 情報提供).
#pragma once

#include <string>

#include "src/cli/act.h"

namespace noroshi::cli {

struct InquiryAskOptions : ActOptions {
  std::string incident;  // id, number or own reference
  std::string to;
  std::string text;
  std::string passes_on;  // may be empty
};
int run(const InquiryAskOptions& options, const Output& output);

struct InquiryAnswerOptions : ActOptions {
  std::string inquiry;
  std::string text;
};
int run(const InquiryAnswerOptions& options, const Output& output);

struct InquiryWithdrawOptions : ActOptions {
  std::string inquiry;
  std::string reason;
};
int run(const InquiryWithdrawOptions& options, const Output& output);

struct InquiryListOptions {
  std::string incident;  // empty: of all
  std::string state;     // empty: all, here and below
  std::string from;
  std::string to;
  ConnectionOptions connection;
};
int run(const InquiryListOptions& options, const Output& output);

struct InquiryShowOptions {
  std::string inquiry;
  ConnectionOptions connection;
};
int run(const InquiryShowOptions& options, const Output& output);

struct NoticeGiveOptions : ActOptions {
  std::string to;
  std::string text;
  std::string passes_on;  // may be empty
};
int run(const NoticeGiveOptions& options, const Output& output);

// About an incident.
struct NoticeTellOptions : ActOptions {
  std::string incident;
  std::string to;
  std::string text;
};
int run(const NoticeTellOptions& options, const Output& output);

struct NoticeAnswerOptions : ActOptions {
  std::string notice;
  std::string text;
};
int run(const NoticeAnswerOptions& options, const Output& output);

struct NoticeLinkOptions : ActOptions {
  std::string notice;
  std::string incident;
};
int run(const NoticeLinkOptions& options, const Output& output);

struct NoticeListOptions {
  bool unanswered = false;
  ConnectionOptions connection;
};
int run(const NoticeListOptions& options, const Output& output);

}  // namespace noroshi::cli
