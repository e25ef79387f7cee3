#include "src/cli/account.h"

#include <unistd.h>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "routing/time.h"
#include "src/app/config.h"
#include "src/app/law.h"
#include "src/app/served_address.h"
#include "src/cli/listing.h"
#include "src/cli/words.h"
#include "src/store/accounts.h"
#include "src/store/tokens.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::vector<std::string> whole_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  return variables;
}

// How the page is reached: as was said, else as the daemon that serves now has said, else as the configuration says, where it names
// a port.
std::optional<std::string> address_of_page(std::string url, const DatabaseOptions& database) {
  if (!url.empty()) {
    while (url.ends_with('/')) url.pop_back();
    return url.starts_with("https://") ? std::optional(url) : std::nullopt;
  }
  app::ConfigFlags flags;
  if (!database.data.empty()) flags.data = database.data;
  if (!database.database_url.empty()) flags.database_url = database.database_url;
  const auto config = app::load_config(flags, whole_environment());
  if (!config) return std::nullopt;
  if (auto served = app::ServedAddress::read(config->data)) return served;
  if (config->listen_port == 0 && !config->base_url) return std::nullopt;
  return app::web_address(*config, config->listen_port);
}

int complain_of_address(const Output& output) {
  complain(output, {"画面のアドレスが分かりません。--url https://HOST:PORT で示すか、設定（noroshi config check）を直してください。",
                    "it is not known how the page is reached: give --url https://HOST:PORT, or mend the configuration (noroshi config "
                    "check)"});
  return exit_configuration;
}

void print_link(const std::string& address, const std::string& code) { print_line(address + "/set-up/" + code); }

int complain_of_login(const Output& output, const std::string& written) {
  complain(output, {fmt::format("{} はログイン名ではありません。jps/duty-1 のように、機関と、英小文字・数字・. _ - の2〜40文字で書いてください。",
                                written),
                    fmt::format("{} is no login: write it as jps/duty-1, the body and 2 to 40 of small letters, digits, . _ -", written)});
  return exit_usage;
}

int complain_of_nobody(const Output& output, const std::string& written) {
  complain(output, {fmt::format("{} というアカウントはないか、既に失効しています。", written),
                    fmt::format("there is no account {}, or it was revoked before", written)});
  return exit_failed;
}

std::string methods_of(const store::Account& account, const Output& output) {
  std::string methods;
  if (account.passkeys > 0) methods = output({"パスキー", "passkey"});
  if (account.passphrase) methods += (methods.empty() ? "" : ", ") + output({"パスフレーズ", "passphrase"});
  if (account.linked) methods += (methods.empty() ? "" : ", ") + output({"設定用リンクあり", "link waits"});
  return methods;
}

json::value as_json(const store::Account& account) {
  return json::value{{"login", store::to_string(account.login)},
                     {"token", core::to_string(account.token)},
                     {"organization", account.login.organization},
                     {"role", std::string(core::to_string(account.role))},
                     {"name", account.name},
                     {"person", account.person ? json::value(core::to_string(*account.person)) : nullptr},
                     {"passkeys", account.passkeys},
                     {"passphrase", account.passphrase},
                     {"sessions", account.sessions},
                     {"link_waits", account.linked},
                     {"made_at", format_rfc3339(account.made_at)},
                     {"expires_at", time_or_null(account.expires_at)},
                     {"revoked_at", time_or_null(account.revoked_at)}};
}

}  // namespace

int run(const AccountAddOptions& options, const Output& output) {
  const auto law = app::load_law(options.registry, {});
  if (!law) {
    for (const auto& mistake : law.error()) complain(output, {to_string(mistake), to_string(mistake)});
    return exit_configuration;
  }
  auto holder = check_holder(options, law->registry);
  if (!holder) {
    complain(output, holder.error());
    return exit_usage;
  }
  if (!store::is_login(options.login)) return complain_of_login(output, options.login);
  const auto address = address_of_page(options.url, options.database);
  if (options.database.given() && !address) return complain_of_address(output);
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    if (const auto found = check_person(*holder, *owner); !found) {
      complain(output, found.error());
      return exit_usage;
    }
    const store::Login login{holder->organization, options.login};
    const auto account = store::add_account(*owner, {login, holder->role, holder->name, holder->person, holder->valid_for});
    if (!account) {
      complain(output, {fmt::format("{} は使われています。別のログイン名にしてください（noroshi account list）。", store::to_string(login)),
                        fmt::format("{} is taken: choose another login (noroshi account list)", store::to_string(login))});
      return exit_failed;
    }
    print_link(*address, store::make_set_up_link(*owner, *account));
    return exit_ok;
  });
}

int run(const AccountLinkOptions& options, const Output& output) {
  const auto login = store::parse_login(options.login);
  if (!login) return complain_of_login(output, options.login);
  const auto address = address_of_page(options.url, options.database);
  if (options.database.given() && !address) return complain_of_address(output);
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    const auto account = store::find_account(*owner, *login);
    if (!account) return complain_of_nobody(output, options.login);
    print_link(*address, store::make_set_up_link(*owner, account->token));
    return exit_ok;
  });
}

int run(const AccountListOptions& options, const Output& output) {
  Listing listing(output.language == Language::ja
                      ? std::vector<std::string>{"ログイン名", "役割", "名前", "サインイン方法", "セッション", "作成", "期限", "失効"}
                      : std::vector<std::string>{"login", "role", "name", "signs in by", "sessions", "made", "expires", "revoked"});
  return list_from_database(options.database, output, std::move(listing), [&](store::Connection& owner, Listing& list) {
    for (const auto& account : store::list_accounts(owner))
      list.add(as_json(account),
               {store::to_string(account.login), named_word(words::roles, core::to_string(account.role), output.language), account.name,
                methods_of(account, output), std::to_string(account.sessions), shown_time(account.made_at),
                shown_time(account.expires_at), shown_time(account.revoked_at)});
  });
}

int run(const AccountRevokeOptions& options, const Output& output) {
  const auto login = store::parse_login(options.login);
  if (!login) return complain_of_login(output, options.login);
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    const auto account = store::find_account(*owner, *login);
    if (account && store::revoke_token(*owner, account->token)) return exit_ok;
    return complain_of_nobody(output, options.login);
  });
}

}  // namespace noroshi::cli
