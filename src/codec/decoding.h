// Reads the object of a command. Private to src/codec.
#pragma once

#include <string>
#include <string_view>

#include "src/codec/command_decoder.h"
#include "src/codec/field_reader.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {

// `read(ObjectReader&, Command&)` takes the members; every mistake of them, or the one of the JSON itself. An empty body is an empty
// object. Pure; any number of threads.
template <class Command, class Read>
Decoded<Command> decode(std::string_view body, Read read) {
  JsonDocument document;
  if (const auto parsed = document.parse(body.empty() ? "{}" : body); !parsed)
    return tl::unexpected(std::vector<core::FieldError>{to_field_error(parsed.error())});
  Command command;
  Mistakes mistakes;
  std::string normalised;
  JsonWriter out(normalised);
  const Place place;
  ObjectReader::read_object(document.root(), place, mistakes, out, [&](ObjectReader& in) { read(in, command); });
  if (!mistakes.empty()) return tl::unexpected(mistakes.take());
  return command;
}

}  // namespace noroshi::codec
