// The durable queue of the reporter's machine: a report is on this disk before it is sent, and stays until
// the daemon has answered for good. What lies in `pending` is NOT YET ACCEPTED.
//
//   QUEUE/pending/00000042.report     one line of JSON (number, key, url, token id, time), LF, the report as
//   it was given QUEUE/accepted/00000042.report    with 00000042.receipt.json, the daemon's answer
//   QUEUE/refused/00000042.report     with 00000042.problem.json, the daemon's reasons
//   QUEUE/lock                        held while a number is given
//
// Folders 0700, files 0600. A file appears whole: written aside, synced, renamed, its folder synced. The last
// step of each change is the rename of the report, so that after a crash at any point the report is pending
// and is sent again with the same key, which the daemon answers as it did before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "routing/time.h"

namespace noroshi::cli {

struct QueuedReport {
  std::uint64_t number = 0;  // order of arrival, never given twice
  std::string key;           // Idempotency-Key, the same for every attempt
  std::string url;           // of the daemon it is meant for
  std::string
      token_id;  // of the token it was first to be sent with: reports of two bodies are never mixed up
  Timestamp queued_at;
  std::string report;  // the bytes as given
};

enum class QueueState { pending, accepted, refused };

// Errors of the disk are std::system_error; a file of another form is std::runtime_error naming it.
class ReportQueue {
 public:
  // Makes the folders where they are missing.
  explicit ReportQueue(std::filesystem::path folder);

  // $XDG_STATE_HOME/noroshi/queue, else ~/.local/state/noroshi/queue; nothing without a home.
  static std::optional<std::filesystem::path> default_folder();

  // A pending report that this process alone may send, until the object goes.
  class Claim {
   public:
    Claim(QueuedReport report, std::filesystem::path path, int descriptor);
    Claim(Claim&& other) noexcept;
    Claim& operator=(Claim&&) = delete;
    ~Claim();

    const QueuedReport& report() const { return report_; }

   private:
    friend class ReportQueue;
    QueuedReport report_;
    std::filesystem::path path_;
    int descriptor_;
  };

  // Stores the report (its number is given here) and claims it. Durable on return.
  Claim add(QueuedReport report);
  // Waits until no other process sends that report. Nothing where it is no longer pending.
  std::optional<Claim> claim(std::uint64_t number);

  // Numbers of what is pending, in order of arrival.
  std::vector<std::uint64_t> pending() const;
  // The report kept under a key, with its state.
  std::optional<std::pair<QueueState, QueuedReport>> find(const std::string& key) const;
  // The daemon's answer of an accepted or refused report; empty where there is none.
  std::string answer_of(QueueState state, std::uint64_t number) const;
  QueuedReport read(QueueState state, std::uint64_t number) const;
  std::vector<std::uint64_t> numbers(QueueState state) const;

  // The daemon's last word: out of `pending`, its answer beside it.
  void settle(Claim claim, QueueState state, const std::string& answer);

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path path_of(QueueState state, std::uint64_t number) const;

  std::filesystem::path folder_;
};

}  // namespace noroshi::cli
