// Members that encoders share. Private to src/codec.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/route.h"
#include "routing/time.h"
#include "src/codec/json_writer.h"
#include "src/codec/language.h"

namespace noroshi::codec {

// What a due time is: the standard names no number for 速やかに, so every deadline is the operator's own
// target (目標).
inline constexpr std::string_view operator_target = "operator_target";

inline const std::string& in(const routing::Reason& reason, Language language) {
  return language == Language::en ? reason.en : reason.ja;
}

inline void write_text_or_null(JsonWriter& out, std::string_view name, std::string_view text) {
  out.name(name);
  text.empty() ? out.null() : out.value(text);
}

template <class Value>
void write_optional(JsonWriter& out, std::string_view name, const std::optional<Value>& value) {
  out.name(name);
  value ? out.value(*value) : out.null();
}

inline void write_raw_or_null(JsonWriter& out, std::string_view name,
                              const std::optional<std::string>& json) {
  out.name(name);
  json ? out.raw(*json) : out.null();
}

inline void write_time(JsonWriter& out, std::string_view name, const std::optional<Timestamp>& at) {
  out.name(name);
  at ? out.value(format_rfc3339(*at)) : out.null();
}

inline void write_duration(JsonWriter& out, std::string_view name,
                           const std::optional<std::chrono::seconds>& duration) {
  out.name(name);
  duration ? out.value(format_duration(*duration)) : out.null();
}

inline void write_reasons(JsonWriter& out, std::string_view name, const std::vector<routing::Reason>& reasons,
                          Language language) {
  out.name(name).begin_array();
  for (const routing::Reason& reason : reasons) out.value(in(reason, language));
  out.end_array();
}

}  // namespace noroshi::codec
