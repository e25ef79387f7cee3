#include "src/codec/annex_commands.h"

#include <boost/json/serialize.hpp>

#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

using Errors = std::vector<core::FieldError>;

constexpr TextRule key_text{.longest = 4096, .one_line = false, .not_blank = true};

template <class Command, class Read>
Decoded<Command> decode(std::string_view body, Read read) {
  JsonDocument document;
  if (const auto parsed = document.parse(body.empty() ? "{}" : body); !parsed)
    return tl::unexpected(Errors{to_field_error(parsed.error())});
  Command command;
  Mistakes mistakes;
  std::string normalised;
  JsonWriter out(normalised);
  const Place place;
  ObjectReader::read_object(document.root(), place, mistakes, out,
                            [&](ObjectReader& in) { read(in, document.root(), command); });
  if (!mistakes.empty()) return tl::unexpected(mistakes.take());
  return command;
}

// Whoever reads the key knows which members it may have.
bool take_object(const boost::json::value& root, SealingKeyCommand& command) {
  const auto* object = root.if_object();
  const auto* key = object ? object->if_contains("public_key") : nullptr;
  if (!key || !key->is_object()) return false;
  command.public_key = boost::json::serialize(*key);
  return true;
}

}  // namespace

Decoded<SealingKeyCommand> decode_sealing_key(std::string_view body) {
  return decode<SealingKeyCommand>(
      body, [](ObjectReader& in, const boost::json::value& root, SealingKeyCommand& command) {
        command.name = std::string(in.text("name", one_line_name, Need::required).value_or(""));
        if (take_object(root, command))
          in.texts_by_name("public_key", 16, key_text);
        else
          command.public_key = std::string(in.text("public_key", key_text, Need::required).value_or(""));
      });
}

Decoded<AnnexCommand> decode_annex(std::string_view body) {
  return decode<AnnexCommand>(body, [](ObjectReader& in, const boost::json::value&, AnnexCommand& command) {
    command.name = std::string(in.text("name", one_line_name, Need::required).value_or(""));
  });
}

}  // namespace noroshi::codec
