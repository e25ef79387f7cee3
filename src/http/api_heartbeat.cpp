#include "src/http/api_heartbeat.h"

#include <algorithm>

#include "src/http/reading.h"
#include "src/store/bytes.h"
#include "src/store/signing_keys.h"

namespace noroshi::http {
namespace {

constexpr std::chrono::milliseconds patience{800};  // for a connection

std::string signed_heartbeat(store::TenantTransaction& transaction, const std::string& organization, Timestamp now,
                             const HeartbeatSigner& signer) {
  auto heartbeat = store::read_heartbeat(transaction, organization, now);
  heartbeat.next_by = now + 2 * heartbeat_interval;
  const auto signature = signer.sign(codec::heartbeat_text(heartbeat));
  return codec::encode_heartbeat(heartbeat, signer.key_id, store::base64(signature));
}

Response keys(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  return json_response(200, codec::encode_list(store::list_keys(transaction), std::nullopt, context));
}

}  // namespace

std::function<std::optional<SseItem>(const Caller&)> heartbeat_of_streams(const ReadContext& context,
                                                                         HeartbeatSigner signer) {
  return [context, signer = std::move(signer)](const Caller& caller) -> std::optional<SseItem> {
    if (std::find(readers_of_alarms.begin(), readers_of_alarms.end(), caller.role) == readers_of_alarms.end())
      return std::nullopt;
    auto lease = context.readers.acquire(patience);
    store::TenantTransaction transaction(*lease, caller.tenant, actor_of(caller));
    return SseItem{"heartbeat",
                   signed_heartbeat(transaction, caller.organization, store::read_clock(transaction), signer),
                   std::nullopt};
  };
}

void add_heartbeat_routes(Router& router, const ReadContext& context, HeartbeatSigner signer) {
  const Read heartbeat = [signer = std::move(signer)](store::TenantTransaction& transaction, const Request& request,
                                                      const codec::AnswerContext& answer) {
    const QueryReader query(request, {});
    if (!query.ok()) return refused(query, request.language);
    return json_response(200, signed_heartbeat(transaction, request.caller->organization, answer.now, signer));
  };
  get(router, "/heartbeat", readers_of_alarms, reading(context, heartbeat));
  get(router, "/keys", {}, reading(context, keys));
}

}  // namespace noroshi::http
