#include "src/cli/record_verify.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "routing/time.h"
#include "src/cli/chronology.h"
#include "src/cli/json_view.h"
#include "src/cli/progress_line.h"
#include "src/cli/record_file.h"
#include "src/cli/record_findings.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"
#include "src/record/encodings.h"
#include "src/store/migrations.h"

namespace noroshi::cli {
namespace {

using record::FindingWeight;
using record::RecordVerification;

constexpr std::size_t longest_input = 4 << 20;          // of a checkpoint or a receipt
constexpr std::size_t entries_of_one_incident = 10000;  // shown of an export; a case has some dozens

// What was given beside the record, by a way of its own.
struct Given {
  std::vector<record::NoteKey> keys;
  std::vector<std::string> notes;
  std::vector<store::StatedReceipt> receipts;
};

std::optional<std::string> read_whole(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return in.bad() || text.size() > longest_input ? std::nullopt : std::optional(text);
}

tl::expected<std::vector<record::NoteKey>, Text> keys_of(const std::string& option) {
  if (auto key = record::parse_note_key(option)) return std::vector{*std::move(key)};
  const auto text = read_whole(option);
  std::vector<record::NoteKey> keys;
  if (text) {
    for (std::size_t begin = 0; begin < text->size();) {
      const auto end = std::min(text->find('\n', begin), text->size());
      const auto line = std::string_view(*text).substr(begin, end - begin);
      begin = end + 1;
      if (line.empty() || line.front() == '#') continue;
      auto key = record::parse_note_key(line);
      if (!key) {
        keys.clear();
        break;
      }
      keys.push_back(*std::move(key));
    }
  }
  if (!keys.empty()) return keys;
  return tl::unexpected(Text{fmt::format("--key {} は、鍵でも、鍵を一行ずつ書いたファイルでもありません。", option),
                             fmt::format("--key {} is neither a key nor a file with one a line", option)});
}

tl::expected<Given, Text> read_given(const RecordVerifyOptions& options) {
  Given given;
  for (const auto& option : options.keys) {
    auto keys = keys_of(option);
    if (!keys) return tl::unexpected(std::move(keys.error()));
    given.keys.insert(given.keys.end(), keys->begin(), keys->end());
  }
  for (const auto& file : options.checkpoints) {
    auto note = read_whole(file);
    if (!note || !record::parse_note(*note))
      return tl::unexpected(
          Text{fmt::format("{} をチェックポイントとして読めません。応答の JSON からは、note 又は checkpoint の値だけを"
                           "取り出してください（例: jq -r .note）。",
                           file),
               fmt::format("{} cannot be read as a checkpoint; out of an answer in JSON take the value of note or "
                           "checkpoint alone (jq -r .note)",
                           file)});
    given.notes.push_back(*std::move(note));
  }
  for (const auto& file : options.receipts) {
    const auto text = read_whole(file);
    auto receipt = text ? receipt_in(*text).receipt : std::nullopt;
    if (!receipt)
      return tl::unexpected(
          Text{fmt::format("{} に署名された受領証がありません。POST /reports の応答の本文だけを入れてください"
                           "（curl は -i なしで）。",
                           file),
               fmt::format("{} holds no receipt that is signed; give the body of the answer to POST /reports alone (curl "
                           "without -i)",
                           file)});
    given.receipts.push_back(*std::move(receipt));
  }
  return given;
}

std::string key_name(const record::NoteKey& key) {
  const auto hash = record::hash_of(key);
  return fmt::format("{}+{}", key.name, record::to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()}));
}

std::string shown_moment(std::int64_t unix_seconds) {
  return shown_second(Timestamp(std::chrono::seconds(unix_seconds)));
}

// What a verification came to, for people and programs.
class Verdict {
 public:
  Findings findings;
  std::vector<Text> proves, leaves_open;
  std::string entries;  // of one incident

  bool altered() const { return findings.altered() > 0; }
  // Nothing speaks against it, but not everything is shown by what was given. Of the database that is no verdict: its
  // last events are signed for in a moment.
  bool unproven = false;

  // The keys and checkpoints that were given by a way of their own have to speak for what was proven.
  void take(RecordVerification& verification, const Given& given) {
    verification.hold_against(given.keys, given.notes);
    for (const auto& bytes : given.notes) {
      const auto note = record::parse_note(bytes);
      const auto checkpoint = note ? record::parse_checkpoint(note->text) : tl::unexpected(note.error());
      if (checkpoint && verification.bears_out(*checkpoint)) ++agreeing_;
    }
    for (const auto code : {record::FindingCode::checkpoint_excused, record::FindingCode::time_disorder})
      if (verification.count(code) > 0) unproven = true;
    // Who brings a receipt asks whether it holds.
    if (!given.receipts.empty() && verification.count(record::FindingCode::receipt_unsigned) > 0) unproven = true;
    for (const auto& finding : verification.findings()) findings.add(shown(finding));
    events_ = verification.events();
    reports_ = verification.reports();
    signed_acts_ = verification.signed_acts();
    receipts_ = verification.receipts();
    proven_ = verification.proven();
  }

  void say_what_it_proves(RecordVerification::Proofs proofs, const Given& given, bool from_file) {
    if (altered()) return;
    const bool whole = proofs == RecordVerification::Proofs::whole;
    for (const auto& [origin, proven] : proven_) say_of_tree(origin, proven, whole, given, from_file);
    if (proven_.empty())
      leaves_open.push_back(
          {"署名されたチェックポイントがないため、出来事が後から書き換えられていないことは示されません。",
           "There is no signed checkpoint: nothing shows that the events were not rewritten later."});
    if (reports_ > 0)
      proves.push_back({fmt::format("報告 {} 件のバイト列は、受け付けたときのものです。", reports_),
                        fmt::format("The bytes of {} reports are those that were received.", reports_)});
    if (signed_acts_ > 0)
      proves.push_back({fmt::format("行為者自身の署名 {} 件は、葉が示す鍵によるものです。", signed_acts_),
                        fmt::format("{} acts are signed by who acted, with the key that the leaf names.", signed_acts_)});
    if (receipts_ > 0)
      proves.push_back(
          {fmt::format("受領証 {} 件が約束した出来事は、約束どおり記録にあります。", receipts_),
           fmt::format("The events that {} receipts promised stand in the record as promised.", receipts_)});
    if (agreeing_ > 0)
      proves.push_back({fmt::format("別に保管されていたチェックポイント {} 件と矛盾しません。", agreeing_),
                        fmt::format("It agrees with {} checkpoints that were kept elsewhere.", agreeing_)});
    if (!whole)
      leaves_open.push_back(
          {"ここにない出来事については何も言えません。抜粋だけでは、間の出来事がすべて示されたかは分かりません。",
           "Nothing is said of events that are not here: an extract does not show that none was left out."});
    if (given.keys.empty())
      leaves_open.push_back(
          from_file ? Text{"鍵はファイルに入っていたものです。公開されている鍵と同じか、--key で確かめてください。",
                           "The keys came with the file. Compare them with the published ones: --key."}
                    : Text{"鍵はデータベースのものです。公開されている鍵と同じか、--key で確かめてください。",
                           "The keys are those of the database. Compare them with the published ones: --key."});
    // Anybody can invent a witness: one whose key came with the record has watched nothing.
    const bool watched = agreeing_ > 0 || std::any_of(proven_.begin(), proven_.end(), [&](const auto& entry) {
      const auto& witnesses = entry.second.cosigned_by;
      return std::any_of(witnesses.begin(), witnesses.end(),
                         [&](const auto& witness) { return is_given(given, witness.first); });
    });
    if (!watched)
      leaves_open.push_back(
          {"同じ鍵で別の木が他の人に示されていないことは分かりません。証人の連署か、別に保管したチェックポイント（--"
           "checkpoint）が要ります。",
           "It does not show that no other tree was signed with the same key and shown to others: that takes a "
           "witness's cosignature or a checkpoint kept elsewhere (--checkpoint)."});
    leaves_open.push_back(
        {"報告された内容が事実であること、時刻がプログラムの時計のとおりであることは、記録の外の問題です。",
         "That what was reported is true, and that the program's clock was right, is beyond the record."});
  }

  int tell(const Output& output) const {
    output.json ? print_line(json(output.language)) : print(text(output.language));
    return altered() || unproven ? exit_failed : exit_ok;
  }

 private:
  // The same key of a log has another name for each tree.
  static bool is_given(const Given& given, const record::NoteKey& key) {
    return std::any_of(given.keys.begin(), given.keys.end(), [&](const record::NoteKey& other) {
      return other == key || (other.kind == record::KeyKind::log && key.kind == record::KeyKind::log && other.key == key.key);
    });
  }

  void say_of_tree(const std::string& origin, const record::ProvenCheckpoint& proven, bool whole, const Given& given,
                   bool from_file) {
    const auto& [name, size, root] = proven.checkpoint;
    const auto root_text = record::to_base64(record::bytes_of(root));
    proves.push_back(
        whole
            ? Text{fmt::format(
                       "木「{}」の出来事 {} "
                       "件は、署名されたときのままです。その間に変更・削除・追加・並べ替えはありません（根 {}）。",
                       origin, size, root_text),
                   fmt::format("The {} events of the tree {} are as they were signed for: none between the first and "
                               "the last was "
                               "changed, dropped, added or moved (root {}).",
                               size, origin, root_text)}
            : Text{fmt::format(
                       "ここにある出来事は、木「{}」（大きさ {}、根 {}）にその番号で含まれ、署名されたときのままです。",
                       origin, size, root_text),
                   fmt::format("The events here stand in the tree {} (size {}, root {}) under their numbers, as they "
                               "were signed for.",
                               origin, size, root_text)});
    for (const auto& key : proven.signed_by) {
      const bool pinned = is_given(given, key);
      proves.push_back({fmt::format("署名: {}{}", key_name(key), pinned ? "（示された鍵）" : ""),
                        fmt::format("Signed by {}{}", key_name(key), pinned ? " (the key that was given)" : "")});
    }
    for (const auto& [witness, at] : proven.cosigned_by) {
      const Text whose = is_given(given, witness) ? Text{"（示された鍵）", " (the key that was given)"}
                         : from_file              ? Text{"（鍵はファイルのもの）", " (key from the file)"}
                                                  : Text{"（鍵はデータベースのもの）", " (key from the database)"};
      proves.push_back(
          {fmt::format("証人 {} が {} に同じ木を見て連署しています{}。", witness.name, shown_moment(at), whose.ja),
           fmt::format("The witness {} saw this tree and cosigned it at {}{}.", witness.name, shown_moment(at), whose.en)});
    }
  }

  std::string text(Language language) const {
    const bool ja = language == Language::ja;
    std::string out = entries;
    if (!out.empty()) out += '\n';
    out += altered()  ? (ja ? "結果: 改変があります。\n" : "Verdict: ALTERED.\n")
           : unproven ? (ja ? "結果: 改変は見つかりませんが、すべては証明されません。\n"
                            : "Verdict: NOT PROVEN. Nothing altered was found, but not everything is shown.\n")
                      : (ja ? fmt::format("結果: 改変は見つかりません（出来事 {} 件）。\n", events_)
                            : fmt::format("Verdict: nothing altered ({} events).\n", events_));
    out += render(findings, language);
    const auto list = [&](const char* title, const std::vector<Text>& lines) {
      if (lines.empty()) return;
      out += title;
      for (const auto& line : lines) out += fmt::format("  - {}\n", printable(in(line, language)));
    };
    list(ja ? "証明されたこと:\n" : "What this proves:\n", proves);
    list(ja ? "証明されないこと:\n" : "What this does not prove:\n", altered() ? std::vector<Text>{} : leaves_open);
    return out;
  }

  std::string json(Language language) const {
    std::string out;
    codec::JsonWriter writer(out);
    writer.begin_object()
        .member("verdict", altered()  ? "altered"
                           : unproven ? "unproven"
                                      : "whole")
        .member("altered", findings.altered());
    writer.member("events", events_).member("reports", reports_).member("signed_acts", signed_acts_);
    writer.member("receipts", receipts_);
    writer.name("checkpoints").begin_array();
    for (const auto& [origin, proven] : proven_) {
      writer.begin_object()
          .member("origin", origin)
          .member("size", proven.checkpoint.size)
          .member("root", record::to_base64(record::bytes_of(proven.checkpoint.root)));
      writer.name("signed_by").begin_array();
      for (const auto& key : proven.signed_by) writer.value(record::to_string(key));
      writer.end_array().name("cosigned_by").begin_array();
      for (const auto& [witness, at] : proven.cosigned_by)
        writer.begin_object()
            .member("witness", witness.name)
            .member("at", format_rfc3339(Timestamp(std::chrono::seconds(at))))
            .end_object();
      writer.end_array().end_object();
    }
    writer.end_array().name("findings").raw(json_of(findings, language));
    const auto list = [&](const char* name, const std::vector<Text>& lines) {
      writer.name(name).begin_array();
      for (const auto& line : lines) writer.value(in(line, language));
      writer.end_array();
    };
    list("proves", proves);
    list("does_not_prove", leaves_open);
    writer.end_object();
    return out;
  }

  std::uint64_t events_ = 0, reports_ = 0, signed_acts_ = 0, receipts_ = 0, agreeing_ = 0;
  std::map<std::string, record::ProvenCheckpoint> proven_;
};

// An export, from its first line to its last.
class FileCheck {
 public:
  FileCheck(std::istream& in, const Given& given, const Output& output)
      : reader_(in), given_(given), output_(output), chronology_(output.language) {}

  int run() {
    auto first = reader_.next();
    if (!first && first.error().no_export) return refuse(first.error());
    if (!first) {
      add_fault(first.error());
      return verdict_.tell(output_);
    }
    const auto& header = std::get<ExportHeader>(**first);
    begin(header);
    ProgressLine progress(output_);
    if (const auto fault = read_events(progress)) add_fault(*fault);
    verification_->finish(stated_events_);
    verdict_.take(*verification_, given_);
    if (verification_->proven().empty()) verdict_.unproven = true;
    for (const auto& finding : verification_->findings())
      // Of a report that was erased there is lawfully nothing to show.
      if (record::weight_of(finding.code) == FindingWeight::unproven &&
          finding.code != record::FindingCode::report_unproven)
        verdict_.unproven = true;
    verdict_.say_what_it_proves(header.proofs, given_, true);
    if (!verdict_.altered()) verdict_.entries = std::move(entries_);
    return verdict_.tell(output_);
  }

 private:
  int refuse(const ExportFault& fault) {
    complain(output_, {fmt::format("{} 行目: {}", fault.line, fault.text.ja),
                       fmt::format("line {}: {}", fault.line, fault.text.en)});
    return exit_usage;
  }

  void begin(const ExportHeader& header) {
    auto keys = header.keys;
    const auto add = [&keys](const record::NoteKey& key) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    };
    for (const auto& key : given_.keys) {
      add(key);
      // It is the same key whichever tree it is named for.
      if (key.kind == record::KeyKind::log)
        for (const auto& origin : header.origins) add({origin.name, key.kind, key.key});
    }
    verification_.emplace(header.proofs, header.origins, std::move(keys));
    for (const auto& key : header.actor_keys) verification_->actor_key(key);
    for (const auto& note : header.checkpoints) verification_->checkpoint(note);
    for (const auto& note : given_.notes) verification_->checkpoint(note);
    for (const auto& proof : header.consistency)
      verification_->consistency(proof.origin, proof.from, proof.to, proof.proof);
    for (const auto& receipt : given_.receipts)
      verification_->receipt(record::receipt_text(receipt.receipt), receipt.signature);
    range_ = header.range;
  }

  std::optional<ExportFault> read_events(ProgressLine& progress) {
    while (true) {
      auto line = reader_.next();
      if (!line) return line.error();
      if (!*line) return std::nullopt;
      if (const auto* end = std::get_if<ExportEnd>(&**line)) {
        stated_events_ = end->events;
        continue;
      }
      const auto& recorded = std::get<record::RecordedEvent>(**line);
      const auto event = verification_->event(recorded);
      if (event) note(*event, recorded.sequence);
      progress.tell([&] {
        return Text{fmt::format("出来事 {} 件を確かめました", verification_->events()),
                    fmt::format("{} events checked", verification_->events())};
      });
    }
  }

  void note(const core::Event& event, std::uint64_t sequence) {
    if (range_.from || range_.to) check_range(event, sequence);
    if (range_.incident.empty()) return;
    check_incident(event, sequence);
    if (++entries_count_ <= entries_of_one_incident) entries_ += chronology_.entry(event, sequence);
  }

  // The header says of what this is an extract; nothing is signed of it, so the events have to bear it out.
  void check_range(const core::Event& event, std::uint64_t sequence) {
    if ((range_.from && event.at < *range_.from) || (range_.to && event.at >= *range_.to))
      differ("range", sequence, {"期間の外の出来事です", "is outside the range that the file states"});
  }
  void check_incident(const core::Event& event, std::uint64_t sequence) {
    if (!incident_) incident_ = event.incident;
    const auto* opened = std::get_if<core::IncidentOpened>(&event.what);
    if (event.incident != *incident_ || (opened && opened->number != range_.incident))
      differ("range", sequence, {"別のインシデントの出来事です", "is of another incident than the file states"});
  }
  void differ(const char* place, std::uint64_t sequence, const Text& text) {
    ShownFinding finding;
    finding.code = "range_differs";
    finding.sequence = sequence;
    finding.place = place;
    finding.incident = range_.incident;
    finding.text = {fmt::format("出来事 {} は{}。", sequence, text.ja), fmt::format("Event {} {}.", sequence, text.en)};
    verdict_.findings.add(std::move(finding));
  }

  void add_fault(const ExportFault& fault) {
    ShownFinding finding;
    finding.code = "line_altered";
    finding.place = fmt::format("line {}", fault.line);
    finding.text = {fmt::format("{} 行目: {}。", fault.line, fault.text.ja),
                    fmt::format("Line {}: {}.", fault.line, fault.text.en)};
    verdict_.findings.add(std::move(finding));
  }

  ExportReader reader_;
  const Given& given_;
  const Output& output_;
  std::optional<RecordVerification> verification_;
  ExportRange range_;
  std::optional<core::IncidentId> incident_;
  std::optional<std::uint64_t> stated_events_;
  Chronology chronology_;
  std::string entries_;
  std::size_t entries_count_ = 0;
  Verdict verdict_;
};

// Takes what is found in tables, and tells how far the work has come.
class LiveSink : public store::RefoldSink {
 public:
  LiveSink(Findings& findings, ProgressLine& line, Text what)
      : findings_(findings), line_(line), what_(std::move(what)) {}
  void found(store::TableFinding finding) override { findings_.add(shown(finding)); }
  void progress(const store::RefoldProgress& progress) override {
    line_.tell([&] {
      return Text{fmt::format("{}: 出来事 {} 件", what_.ja, progress.events),
                  fmt::format("{}: {} events", what_.en, progress.events)};
    });
  }

 private:
  Findings& findings_;
  ProgressLine& line_;
  Text what_;
};

int verify_database(const RecordVerifyOptions& options, Given given, const Output& output) {
  // The daemon's own copy of what it signed, outside the database.
  if (!options.database.data.empty())
    if (auto note = read_whole((options.database.data / "record" / "checkpoint").string()))
      given.notes.push_back(*std::move(note));

  const DatabaseVisit visit(options.database, output);
  store::Connection owner(store::for_migrations(visit.settings()), store::DatabaseRole::owner);
  ProgressLine line(output);
  Verdict verdict;
  store::RecordCheckOptions check;
  check.held_notes = given.notes;
  check.keys = given.keys;
  check.receipts = given.receipts;
  check.receipt_in = receipt_in;
  check.receipts_at_most = options.tables ? 0 : 1000;  // with the tables every one is checked
  LiveSink record_sink(verdict.findings, line, {"記録", "record"});
  auto checked = store::check_record(owner, check, record_sink);
  std::uint64_t answers = 0;
  store::RefoldProgress tables;
  if (options.tables) {
    LiveSink answer_sink(verdict.findings, line, {"受領証", "receipts"});
    answers = store::check_answers(owner, receipt_in, answer_sink);
    LiveSink table_sink(verdict.findings, line, {"表", "tables"});
    tables = store::refold(owner, table_sink);
  }
  verdict.take(checked.verification, given);
  if (options.tables && !verdict.altered())
    verdict.proves.push_back({fmt::format("表 {} 行は、{} 件の出来事から導かれるものと一致します（受領証 {} 件）。",
                                          tables.rows, tables.events, answers),
                              fmt::format("{} rows of the tables are what {} events imply ({} receipts).", tables.rows,
                                          tables.events, answers)});
  verdict.say_what_it_proves(RecordVerification::Proofs::whole, given, false);
  if (checked.unnumbered > 0)
    verdict.leaves_open.push_back({fmt::format("まだ番号のない出来事が {} 件あります。", checked.unnumbered),
                                   fmt::format("{} events have no number yet.", checked.unnumbered)});
  return verdict.tell(output);
}

int verify_file(const RecordVerifyOptions& options, const Given& given, const Output& output) {
  std::ios::sync_with_stdio(false);
  if (options.file == "-") return FileCheck(std::cin, given, output).run();
  std::ifstream in(options.file, std::ios::binary);
  if (!in) {
    complain(output,
             {fmt::format("{} を開けません。", options.file), fmt::format("{} cannot be opened", options.file)});
    return exit_usage;
  }
  return FileCheck(in, given, output).run();
}

}  // namespace

store::ReceiptInAnswer receipt_in(std::string_view text) {
  const auto answer = parse_json(text);
  if (!answer.is_object()) return {};
  const bool inside = answer.get_object().contains("receipt");
  const std::string at = inside ? "/receipt" : "";
  if (!inside && text_at(answer, "/event_id").empty()) return {};
  const auto id = core::parse_uuid(text_at(answer, at + "/event_id"));
  if (id && flag_at(answer, "/erased")) return {true, core::EventId{*id}, std::nullopt};
  const auto leaf = record::from_hex(text_at(answer, at + "/leaf_sha256"));
  const auto report = record::from_hex(text_at(answer, at + "/sha256"));
  const auto received = parse_rfc3339(text_at(answer, at + "/received_at"));
  const auto signature = record::from_base64(text_at(answer, at + "/signature"));
  const auto leaf_hash = leaf ? record::to_digest(*leaf) : std::nullopt;
  const auto report_hash = report ? record::to_digest(*report) : std::nullopt;
  if (!id || !leaf_hash || !report_hash || !received || !signature || signature->empty())
    return {true, std::nullopt, std::nullopt};
  return {true, std::nullopt,
          store::StatedReceipt{
              {text_at(answer, at + "/origin"), core::EventId{*id}, *leaf_hash, *report_hash, *received}, *signature}};
}

int run(const RecordVerifyOptions& options, const Output& output) {
  const auto given = read_given(options);
  if (!given) {
    complain(output, given.error());
    return exit_usage;
  }
  if (!options.file.empty()) {
    if (options.tables) {
      complain(output,
               {"--tables はデータベースを調べるときだけ使えます。", "--tables is for the database, not for a file"});
      return exit_usage;
    }
    return verify_file(options, *given, output);
  }
  return with_database(options.database, output, [&] { return verify_database(options, *given, output); });
}

}  // namespace noroshi::cli
