#include "src/cli/doctor.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "src/app/key_file.h"
#include "src/app/law.h"
#include "src/app/record_words.h"
#include "src/cli/record_sealing.h"
#include "src/cli/table.h"
#include "src/core/role.h"
#include "src/store/accounts.h"
#include "src/store/clock.h"
#include "src/store/cluster_folder.h"
#include "src/store/content_epochs.h"
#include "src/store/migrations.h"
#include "src/store/operation.h"
#include "src/store/record_acts.h"
#include "src/store/zones.h"

namespace noroshi::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr auto largest_difference = std::chrono::seconds(2);
constexpr int days_before_end = 14;
constexpr std::uint64_t least_free_bytes = 4ull << 30;  // some hundred thousand reports; before /readyz warns, at 1 GiB

enum class Outcome { good, bad, not_made };

struct Finding {
  const char* check;  // stable, for --json
  Outcome outcome;
  Text what;
  Text remedy;  // empty where good
};

using Findings = std::vector<Finding>;

void good(Findings& findings, const char* check, Text what) {
  findings.push_back({check, Outcome::good, std::move(what), {}});
}
void bad(Findings& findings, const char* check, Text what, Text remedy) {
  findings.push_back({check, Outcome::bad, std::move(what), std::move(remedy)});
}
void not_made(Findings& findings, const char* check, Text why) {
  findings.push_back({check, Outcome::not_made, std::move(why), {}});
}

using Law = tl::expected<app::LawFiles, std::vector<routing::Mistake>>;

void check_law(const Law& law, Findings& findings) {
  if (law) {
    std::string ids;
    for (const auto& edition : law->editions.all()) ids += (ids.empty() ? "" : ", ") + edition.id;
    const auto bodies = law->registry.organizations().size();
    return good(findings, "law",
                {fmt::format("登録簿 {} 機関、統一基準の版 {}", bodies, ids),
                 fmt::format("registry of {} bodies, editions {}", bodies, ids)});
  }
  for (const auto& mistake : law.error())
    bad(findings, "law", {to_string(mistake), to_string(mistake)},
        {"この行を直してください。", "correct that line"});
}

void check_programs(Findings& findings) {
  try {
    const auto programs = store::find_server_programs(std::nullopt);
    good(findings, "programs",
         {fmt::format("PostgreSQL {}（{}）", programs.major, programs.directory.string()),
          fmt::format("PostgreSQL {} ({})", programs.major, programs.directory.string())});
  } catch (const store::ClusterFault& fault) {
    bad(findings, "programs", {fault.what(), fault.what()},
        {"apt-get install postgresql-15", "apt-get install postgresql-15"});
  }
}

bool check_folder(const fs::path& data, Findings& findings) {
  struct stat status {};
  if (::stat(data.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    bad(findings, "folder",
        {fmt::format("{} はありません", data.string()), fmt::format("there is no {}", data.string())},
        {fmt::format("noroshid --data {} を一度起動してください。", data.string()),
         fmt::format("start noroshid --data {} once", data.string())});
    return false;
  }
  if (status.st_mode & (S_IWGRP | S_IWOTH)) {
    bad(findings, "folder",
        {fmt::format("{} に所有者以外が書き込めます", data.string()),
         fmt::format("others than its owner can write to {}", data.string())},
        {fmt::format("chmod go-w {}", data.string()), fmt::format("chmod go-w {}", data.string())});
    return true;
  }
  try {
    const store::ClusterFolder folder(data);
    good(findings, "folder",
         {fmt::format("{}（クラスターの利用者: {}）", data.string(), folder.owner().name),
          fmt::format("{} (the cluster runs as {})", data.string(), folder.owner().name)});
  } catch (const store::ClusterFault& fault) {
    bad(findings, "folder", {fault.what(), fault.what()},
        {"上の指示に従って権限を直してください。", "change the rights as it says"});
  }
  return true;
}

void check_disk(const fs::path& data, Findings& findings) {
  struct statvfs status {};
  if (::statvfs(data.c_str(), &status) != 0) return;
  const auto free = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  const auto whole = static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize;
  const auto percent = whole == 0 ? 100 : free * 100 / whole;
  const Text what{fmt::format("空き容量 {} MiB（{} %）", free >> 20, percent),
                  fmt::format("{} MiB free ({} %)", free >> 20, percent)};
  if (free >= least_free_bytes) return good(findings, "disk", what);
  bad(findings, "disk", what,
      {"容量を空けるか、ディスクを足してください。満杯になると報告を受け付けられません。",
       "free or add space: on a full disk no report is accepted"});
}

std::string day_of(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "?";
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

void check_certificate(const fs::path& data, Findings& findings) {
  const auto path = data / "tls" / "server.pem";
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
  if (!file)
    return not_made(
        findings, "certificate",
        {fmt::format("{} はまだありません", path.string()), fmt::format("no {} yet", path.string())});
  const std::unique_ptr<X509, void (*)(X509*)> certificate(
      PEM_read_X509(file.get(), nullptr, nullptr, nullptr), X509_free);
  if (!certificate)
    return bad(findings, "certificate",
               {fmt::format("{} は証明書ではありません", path.string()),
                fmt::format("{} is no certificate", path.string())},
               {"消して noroshid を再起動すると作り直されます。",
                "remove it and restart noroshid, which makes another"});
  const auto* end = X509_get0_notAfter(certificate.get());
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, nullptr, end);
  const Text what{fmt::format("サーバー証明書の期限 {} UTC（残り {} 日）", day_of(end), days),
                  fmt::format("the server's certificate ends on {} UTC ({} days)", day_of(end), days)};
  if (days >= days_before_end) return good(findings, "certificate", what);
  bad(findings, "certificate", what,
      {"noroshid を再起動すると更新されます。", "restart noroshid, which renews it"});
}

void check_clock(store::Connection& owner, Findings& findings) {
  if (!store::clock_is_real(owner))
    return not_made(findings, "clock",
                    {"時計を動かしたデモンストレーションです", "a demonstration whose clock was moved"});
  const auto before = std::chrono::system_clock::now();
  const auto shown = store::shown_time(owner);
  const auto after = std::chrono::system_clock::now();
  const auto difference = shown < before ? before - shown : shown > after ? shown - after : after - after;
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(difference).count();
  const Text what{fmt::format("データベースの時計との差 {} ミリ秒", milliseconds),
                  fmt::format("the database's clock differs by {} ms", milliseconds)};
  if (difference <= largest_difference) return good(findings, "clock", what);
  bad(findings, "clock", what,
      {"両方の機械の時刻同期（systemd-timesyncd、chrony）を確認してください。",
       "check the time synchronisation of both machines (systemd-timesyncd, chrony)"});
}

// What the sealer would find, and how much it has left undone.
void check_record(const DatabaseVisit& visit, store::Connection& owner, const DatabaseOptions& options,
                  Findings& findings) {
  if (store::record_origins(owner).empty())
    return not_made(findings, "record", {"noroshid はまだ起動していません", "noroshid was not started yet"});
  const auto state = look_at_sealing(visit, options);
  if (state.stopped) {
    const auto words = app::words_of(*state.stopped);
    return bad(findings, "record", {words.ja, words.en},
               {"noroshi record verify で何が失われたかを確認してください。", "see by noroshi record verify what was lost"});
  }
  const Text what{
      fmt::format("記録 {} 件に署名済み、未署名 {} 件", state.checkpoint, state.unsealed),
      fmt::format("{} of the record signed, {} not yet", counted(state.checkpoint, "event"), state.unsealed)};
  constexpr double late = 60;
  if (state.oldest_seconds.value_or(0) < late) return good(findings, "record", what);
  bad(findings, "record", what,
      {"noroshid が動いているか、ログに封印の停止が出ていないかを確認してください。",
       "is noroshid running, and does its log say that sealing has stopped?"});
}

// An account of that body that would hear alarms, had somebody followed its set-up link.
std::optional<store::Account> account_that_waits(store::Connection& owner, const std::string& organization) {
  for (auto& account : store::list_accounts(owner))
    if (account.login.organization == organization && core::hears_alarms(account.role) && !account.revoked_at &&
        account.passkeys == 0 && !account.passphrase)
      return std::move(account);
  return std::nullopt;
}

// What is told to a centre reaches nobody where none of it holds a token or has set up an account.
void check_center(store::Connection& owner, const Law& law, Findings& findings) {
  if (!law) return not_made(findings, "center", {"登録簿を読めません", "the registry cannot be read"});
  const auto* center =
      law->registry.in_force(routing::OrganizationKind::center, japanese_day(store::shown_time(owner)));
  if (!center)
    return bad(findings, "center",
               {"登録簿に現在のセンター（種別 center）がありません", "the registry knows no centre (kind center) of today"},
               {"登録簿を確認してください。", "look at the registry"});
  if (store::somebody_hears(owner, center->slug))
    return good(findings, "center",
                {fmt::format("センター {} に警報を受け取れる者がいます", center->slug),
                 fmt::format("somebody of the centre, {}, would hear an alarm", center->slug)});
  if (const auto waiting = account_that_waits(owner, center->slug)) {
    const auto login = store::to_string(waiting->login);
    return bad(findings, "center",
               {fmt::format("センター {} に警報を受け取れる者がいません。アカウント {} は設定用リンクがまだ開かれていません", center->slug, login),
                fmt::format("nobody of the centre, {}, would hear an alarm: the set-up link of account {} was not followed yet",
                            center->slug, login)},
               {fmt::format("本人にリンクを開いて設定してもらってください。期限（30分）を過ぎたら noroshi account link {} で作り直せます。", login),
                fmt::format("have its person open the link and set it up; after its 30 minutes make another: noroshi account link {}",
                            login)});
  }
  const auto remedy = fmt::format("noroshi token issue --org {} --role center_liaison", center->slug);
  bad(findings, "center",
      {fmt::format("センター {} に警報を受け取れる者がいません", center->slug),
       fmt::format("nobody of the centre, {}, would hear an alarm", center->slug)},
      {remedy, remedy});
}

// Whether annexes of 機密性3 are taken here, and what speaks against it.
void check_zones(store::Connection& owner, Findings& findings) {
  const auto zones = store::read_zones(owner);
  std::string internet;
  for (const auto& entry : zones.live)
    if (entry.zone == "internet") internet += fmt::format("{}{} {}", internet.empty() ? "" : ", ", entry.kind, entry.name);
  if (internet.empty())
    return good(findings, "zones",
                {"インターネットに接するものはなく、機密性3の別紙を扱えます", "nothing touches the internet: annexes of confidentiality 3 are taken"});
  if (!zones.annexes)
    return good(findings, "zones",
                {fmt::format("インターネットに接するため、機密性3の別紙は受け付けません（{}）", internet),
                 fmt::format("of the internet, so that no annex of confidentiality 3 is taken: {}", internet)});
  bad(findings, "zones",
      {fmt::format("機密性3の別紙を保管していますが、インターネットに接するものがあります（{}）", internet),
       fmt::format("annexes of confidentiality 3 are held, beside what is of the internet: {}", internet)},
      {"その受付口・データベース・宛先を止めるか、noroshi.toml の zone を正してください。", "end that, or correct its zone in noroshi.toml"});
}

// Whether the files are here that open what people wrote of cases.
void check_content_keys(const DatabaseVisit& visit, store::Connection& owner, const DatabaseOptions& options,
                        Findings& findings) {
  const auto in_use = store::content_epoch_in_use(owner);
  if (!in_use)
    return not_made(findings, "content", {"noroshid はまだ起動していません", "noroshid was not started yet"});
  const auto& keys = visit.settings().content_keys;
  std::string missing;
  for (const auto& epoch : store::list_content_epochs(owner))
    if ((epoch.cases > 0 || epoch.name == *in_use) && (!keys || keys->fingerprint(epoch.name) != epoch.fingerprint))
      missing += (missing.empty() ? "" : ", ") + epoch.name;
  if (missing.empty())
    return good(findings, "content",
                {fmt::format("内容を開く鍵がそろっています（使用中 {}）", *in_use),
                 fmt::format("the keys that open what people wrote are here, in use {}", *in_use)});
  const auto folder = content_key_folder(options).string();
  bad(findings, "content",
      {fmt::format("内容を開く鍵 {} が {} にありません", missing, folder.empty() ? "この機器" : folder),
       fmt::format("the keys {} that open what people wrote are not in {}", missing, folder.empty() ? "any folder named" : folder)},
      {"ほかのデーモンの機器か鍵の控えから複製するか、--content-keys で場所を指定してください。",
       "copy them from another daemon's machine or from the backup of the keys, or name the folder by --content-keys"});
}

void check_database(const DatabaseOptions& options, const Law& law, const Output& output, Findings& findings) {
  try {
    const DatabaseVisit visit(options, output);
    const auto owner = visit.owner();
    good(findings, "database", {"データベースに接続できます", "the database answers"});
    const auto missing = store::Migrations::embedded().plan(*owner);
    if (missing.empty()) {
      good(findings, "migrations", {"スキーマは最新です", "the schema is this program's"});
      check_clock(*owner, findings);
      check_center(*owner, law, findings);
      check_zones(*owner, findings);
      check_content_keys(visit, *owner, options, findings);
      check_record(visit, *owner, options, findings);
    } else {
      bad(findings, "migrations",
          {fmt::format("適用していない変更が {} 件あります", missing.size()),
           fmt::format("{} upgrades of the schema are missing", missing.size())},
          {"noroshi migrate を実行するか、noroshid を再起動してください。",
           "run noroshi migrate, or restart noroshid"});
    }
  } catch (const store::ClusterFault& fault) {
    bad(findings, "database", {fault.what(), fault.what()},
        {fmt::format("{} を見てください。", (options.data / "log/postgres.log").string()),
         fmt::format("see {}", (options.data / "log/postgres.log").string())});
  } catch (const app::KeyFileFault& fault) {
    bad(findings, "content", {fault.what(), fault.what()}, {"書かれたとおりに直してください。", "do what it says"});
  } catch (const store::MigrationRefused& refused) {
    bad(findings, "migrations", {refused.what(), refused.what()},
        {"スキーマに合う版の noroshi を使ってください。", "use the noroshi that fits the schema"});
  } catch (const store::DatabaseMisconfigured& error) {
    bad(findings, "database", {error.what(), error.what()},
        {"設定を直してください。", "change what it says"});
  } catch (const store::DatabaseError& error) {
    bad(findings, "database", {error.what(), error.what()},
        {"接続先とネットワーク、データベースの状態を確認してください。",
         "check the address, the network and the database"});
  }
}

void print_findings(const Findings& findings, const Output& output) {
  if (output.json) {
    json::array items;
    for (const auto& finding : findings)
      items.push_back(json::value{{"check", finding.check},
                                  {"outcome", finding.outcome == Outcome::good  ? "good"
                                              : finding.outcome == Outcome::bad ? "bad"
                                                                                : "not_made"},
                                  {"what", output(finding.what)},
                                  {"remedy", output(finding.remedy)}});
    print_line(json::serialize(json::value{{"items", items}, {"next", nullptr}}));
    return;
  }
  const bool ja = output.language == Language::ja;
  for (const auto& finding : findings) {
    const char* mark = finding.outcome == Outcome::good  ? (ja ? "良好  " : "good  ")
                       : finding.outcome == Outcome::bad ? (ja ? "要対応" : "BAD   ")
                                                         : (ja ? "未検査" : "unmade");
    const auto& remedy = output(finding.remedy);
    print_line(fmt::format("{}  {:<11}  {}{}{}", mark, finding.check, printable(output(finding.what)),
                           remedy.empty() ? "" : " → ", printable(remedy)));
  }
}

}  // namespace

int run(const DoctorOptions& options, const Output& output) {
  Findings findings;
  const auto law = app::load_law(options.registry, options.editions);
  check_law(law, findings);
  const auto& database = options.database;
  if (database.database_url.empty()) check_programs(findings);
  const bool there = !database.data.empty() && check_folder(database.data, findings);
  if (there) {
    check_disk(database.data, findings);
    check_certificate(database.data, findings);
  }
  std::error_code error;
  if (!database.database_url.empty() || (there && fs::exists(database.data / "postgres", error)))
    check_database(database, law, output, findings);
  else
    not_made(findings, "database",
             {"データベースはまだありません（--data または --database-url）",
              "no database yet (--data or --database-url)"});
  print_findings(findings, output);
  for (const auto& finding : findings)
    if (finding.outcome == Outcome::bad) return exit_failed;
  return exit_ok;
}

}  // namespace noroshi::cli
