// `noroshi user`: the people of the caller's body, their posts, trainings and delegations.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/cli/act.h"

namespace noroshi::cli {

struct UserListOptions {
  std::string post;
  bool left = false;
  ConnectionOptions connection;
};
int run(const UserListOptions& options, const Output& output);

struct UserShowOptions {
  std::string person;
  ConnectionOptions connection;
};
int run(const UserShowOptions& options, const Output& output);

struct UserAddOptions : ActOptions {
  std::string name, employment = "employee";
  std::vector<std::string> skills;
  bool cleared = false;
};
// Prints the id of the person.
int run(const UserAddOptions& options, const Output& output);

struct UserChangeOptions : ActOptions {
  std::string person, name, employment;
  std::vector<std::string> skills;
  std::string cleared;  // yes, no; empty: as it is
};
int run(const UserChangeOptions& options, const Output& output);

struct UserLeaveOptions : ActOptions {
  std::string person, reason;
};
int run(const UserLeaveOptions& options, const Output& output);

struct UserAppointOptions : ActOptions {
  std::string person, post, ground, reason, from, until;
  std::string end;  // the id of an appointment that ends
};
int run(const UserAppointOptions& options, const Output& output);

struct UserTrainOptions : ActOptions {
  std::string person, kind, course, completed, valid_until;
};
int run(const UserTrainOptions& options, const Output& output);

struct UserDelegateOptions : ActOptions {
  std::string person, to, post, reason, from, until;
  std::vector<std::string> powers;
  std::string end;  // the id of a delegation that ends
};
int run(const UserDelegateOptions& options, const Output& output);

struct UserImportOptions : ActOptions {
  std::string file;  // CSV; - is standard input
  bool dry_run = false;
};
int run(const UserImportOptions& options, const Output& output);

struct UserExportOptions {
  ConnectionOptions connection;
};
int run(const UserExportOptions& options, const Output& output);

struct RosterShowOptions {
  std::string post, at;
  ConnectionOptions connection;
};
int run(const RosterShowOptions& options, const Output& output);

struct RosterAddOptions : ActOptions {
  std::string person, post, from, until;
  bool overrides = false;
};
int run(const RosterAddOptions& options, const Output& output);

struct RosterCancelOptions : ActOptions {
  std::string shift, reason;
};
int run(const RosterCancelOptions& options, const Output& output);

struct RosterCalendarOptions {
  ConnectionOptions connection;
};
int run(const RosterCalendarOptions& options, const Output& output);

}  // namespace noroshi::cli
