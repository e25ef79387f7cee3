// Laying one document over another, and what changed between two.
#pragma once

#include <string>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "src/codec/json_writer.h"

namespace noroshi::codec {

// By our own writer, so that text is escaped as everywhere else.
void write_value(JsonWriter& out, const boost::json::value& value);

// RFC 7396 JSON Merge Patch: members of `patch` replace those of `target`, null removes, objects merge,
// everything else is replaced whole, arrays too.
void apply_merge_patch(boost::json::value& target, const boost::json::value& patch);

// The leaves that differ, as a JSON array of {"pointer","before","after"} in the order of `after`, those that
// are gone last. A leaf is a value that is no object; an array is one leaf. Null stands for "not there".
std::string differences(const boost::json::object& before, const boost::json::object& after);

}  // namespace noroshi::codec
