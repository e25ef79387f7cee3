#include "src/codec/canary_report.h"

#include "src/codec/json_writer.h"

namespace noroshi::codec {

std::string canary_report(const core::CanaryPlan& plan, JapaneseDay day) {
  std::string json;
  JsonWriter out(json);
  out.begin_object()
      .member("reference", core::canary_reference(day))
      .member("stage", "first")
      .member("title", "疎通確認（訓練）")
      .member("summary", "noroshid が毎日送る疎通確認です。対応は要りません。 A canary of the daemon: nothing has to be done.")
      .member("organization", plan.organization);
  out.name("times").begin_object().name("recognized").begin_object();
  out.member("value", format_rfc3339(core::canary_time(plan, day))).end_object().end_object();
  out.member("assessment", "incident")
      .member("cyberattack", "no")
      .member("cyberattack_reason", "疎通確認のため (a canary)")
      .member("exercise", true);
  out.end_object();
  return json;
}

}  // namespace noroshi::codec
