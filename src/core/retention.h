// How long the content of a case is kept (保存期間), and when it may be erased (standard 3.1.1(7)).
//
// Counted as article 8 of the Cabinet Order for the Public Records and Archives Management Act
// (公文書等の管理に関する法律施行令 8条) counts: whole years from the first April 1, in Japan, after the fiscal year in
// which the incident was closed or dismissed. Pure.
#pragma once

#include <array>
#include <string_view>

#include "src/core/incident.h"

namespace noroshi::core {

// A class is of the highest confidentiality (機密性) that a version of the report stated; a report that stated none is
// kept as one of 2, the highest that this program holds. An exercise (訓練) has a class of its own.
enum class RetentionClass { confidentiality_1, confidentiality_2, exercise };
inline constexpr std::array all_retention_classes = {RetentionClass::confidentiality_1,
                                                     RetentionClass::confidentiality_2, RetentionClass::exercise};
std::string_view to_string(RetentionClass retention_class);
RetentionClass retention_class(bool exercise, int confidentiality);

// The operator's, in whole years.
struct RetentionPolicy {
  int confidentiality_1 = 5;
  int confidentiality_2 = 5;
  int exercise = 1;
  int years(RetentionClass of) const;
  friend bool operator==(const RetentionPolicy&, const RetentionPolicy&) = default;
};

// The instant at which the content may be erased: midnight +09:00 of an April 1.
Timestamp retained_until(Timestamp ended, int years);

// The reverse, for looking for such cases: what ended before that instant has been kept for those years at `now`.
Timestamp kept_if_ended_before(Timestamp now, int years);

}  // namespace noroshi::core
