#include "src/core/retention.h"

#include <cstdlib>

namespace noroshi::core {
namespace {

// 年度: from April 1.
std::chrono::year fiscal_year(Timestamp at) {
  const std::chrono::year_month_day day{japanese_day(at)};
  return day.month() < std::chrono::April ? day.year() - std::chrono::years(1) : day.year();
}

Timestamp start_of_fiscal_year(std::chrono::year year) {
  return start_of(JapaneseDay{std::chrono::local_days{year / std::chrono::April / 1}});
}

}  // namespace

std::string_view to_string(RetentionClass retention_class) {
  switch (retention_class) {
    case RetentionClass::confidentiality_1:
      return "confidentiality_1";
    case RetentionClass::confidentiality_2:
      return "confidentiality_2";
    case RetentionClass::exercise:
      return "exercise";
  }
  std::abort();
}

RetentionClass retention_class(bool exercise, int confidentiality) {
  if (exercise) return RetentionClass::exercise;
  return confidentiality == 1 ? RetentionClass::confidentiality_1 : RetentionClass::confidentiality_2;
}

int RetentionPolicy::years(RetentionClass of) const {
  switch (of) {
    case RetentionClass::confidentiality_1:
      return confidentiality_1;
    case RetentionClass::confidentiality_2:
      return confidentiality_2;
    case RetentionClass::exercise:
      return exercise;
  }
  std::abort();
}

Timestamp retained_until(Timestamp ended, int years) {
  return start_of_fiscal_year(fiscal_year(ended) + std::chrono::years(years + 1));
}

Timestamp kept_if_ended_before(Timestamp now, int years) {
  return start_of_fiscal_year(fiscal_year(now) - std::chrono::years(years));
}

}  // namespace noroshi::core
