#include "src/http/api_heartbeat.h"

#include "src/http/reading.h"
#include "src/store/bytes.h"
#include "src/store/signing_keys.h"

namespace noroshi::http {
namespace {

Response keys(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  return json_response(200, codec::encode_list(store::list_keys(transaction), std::nullopt, context));
}

}  // namespace

std::string signed_heartbeat(store::TenantTransaction& transaction, const std::string& organization, Timestamp now,
                             const HeartbeatSigner& signer) {
  auto heartbeat = store::read_heartbeat(transaction, organization, now);
  heartbeat.next_by = now + heartbeat_interval;
  const auto signature = signer.sign(codec::heartbeat_text(heartbeat));
  return codec::encode_heartbeat(heartbeat, signer.key_id, store::base64(signature));
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
