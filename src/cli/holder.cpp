#include "src/cli/holder.h"

#include <fmt/format.h>

#include "routing/time.h"
#include "src/store/tokens.h"

namespace noroshi::cli {
namespace {

std::string roles_that_fit(const routing::Organization& organization) {
  std::string list;
  for (const auto role : core::all_roles())
    if (core::role_fits(role, organization))
      list += fmt::format("{}{}", list.empty() ? "" : ", ", to_string(role));
  return list;
}

std::string all_role_names() {
  std::string list;
  for (const auto role : core::all_roles())
    list += fmt::format("{}{}", list.empty() ? "" : ", ", to_string(role));
  return list;
}

}  // namespace

tl::expected<Holder, Text> check_holder(const HolderOptions& options, const routing::Registry& registry) {
  const auto* organization = registry.find(options.organization);
  if (!organization)
    return tl::unexpected(Text{fmt::format("{} という機関は登録されていません。", options.organization),
                               fmt::format("there is no body {} in the registry", options.organization)});
  const auto role = core::parse_role(options.role);
  if (!role)
    return tl::unexpected(
        Text{fmt::format("{} という役割はありません。あるのは {} です。", options.role, all_role_names()),
             fmt::format("there is no role {}; there are {}", options.role, all_role_names())});
  if (!core::role_fits(*role, *organization))
    return tl::unexpected(
        Text{fmt::format("役割 {} は {}（{}）に合いません。合うのは {} です。", options.role,
                         organization->name_ja, organization->slug, roles_that_fit(*organization)),
             fmt::format("role {} does not fit {}; those that do: {}", options.role, organization->slug,
                         roles_that_fit(*organization))});
  Holder holder{organization->slug, *role, options.name, std::nullopt, std::nullopt};
  if (!options.person.empty()) {
    const auto person = core::parse_uuid(options.person);
    if (!person)
      return tl::unexpected(Text{"--person は noroshi user list に出る ID です。", "--person is an id that noroshi user list shows"});
    holder.person = core::PersonId{*person};
  }
  if (options.expires.empty()) return holder;
  holder.valid_for = parse_duration(options.expires);
  if (!holder.valid_for || *holder.valid_for <= std::chrono::seconds(0))
    return tl::unexpected(Text{"--expires は P90D や PT12H の形の期間で書いてください。",
                               "--expires must be a duration like P90D or PT12H"});
  return holder;
}

tl::expected<void, Text> check_person(Holder& holder, store::Connection& owner) {
  if (!holder.person) return {};
  const auto name = store::name_of_person(owner, holder.organization, *holder.person);
  if (!name)
    return tl::unexpected(Text{fmt::format("{} の名簿にその者はいません（noroshi user list）。", holder.organization),
                               fmt::format("there is no such person in the staff of {} (noroshi user list)", holder.organization)});
  if (holder.name.empty()) holder.name = *name;
  return {};
}

}  // namespace noroshi::cli
