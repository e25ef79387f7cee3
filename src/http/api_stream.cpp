#include "src/http/api_stream.h"

#include "src/http/reading.h"

namespace noroshi::http {
namespace {

Response too_many(Language language) {
  auto response = problem_response({429,
                                    "too_many_streams",
                                    {"開いているストリームが多すぎます", "Too many streams are open"},
                                    {"使っていないストリームを閉じてから、しばらくして接続し直してください。",
                                     "Close streams that are not used, then connect again in a moment."},
                                    {}},
                                   language);
  response.headers.push_back({"Retry-After", "5"});
  return response;
}

// Where the caller was: the header that a client sends by itself when it connects again is newer than what
// stands in its address. Nothing where it says nothing, or where that is no cursor of the stream (then it is
// a mistake of the query).
std::optional<std::int64_t> place_of_caller(const Request& request, QueryReader& query) {
  const bool resumes = request.last_event_id && !request.last_event_id->empty();
  const auto cursor = resumes ? request.last_event_id : query.text("after");
  if (!cursor) return std::nullopt;
  const auto place = store::read_place(*cursor);
  if (!place)
    query.mistake(resumes ? "Last-Event-ID" : "after", "value",
                  "このストリームの位置を示す値ではありません。id の値をそのまま使ってください。",
                  "This is no cursor of the stream. Use the value of an id as it came.");
  return place;
}

std::optional<codec::StreamReset> reset_of(std::int64_t place, std::int64_t numbered) {
  if (place > numbered) return codec::StreamReset::ahead;
  if (numbered - place > longest_resume) return codec::StreamReset::behind;
  return std::nullopt;
}

Response begin(LiveStream& stream, store::TenantTransaction& transaction, const Request& request) {
  QueryReader query(request, {"after"});
  const auto place = place_of_caller(request, query);
  if (!query.ok()) return refused(query, request.language);
  const std::int64_t numbered = store::numbered_events(transaction);
  const auto reset = reset_of(place.value_or(numbered), numbered);
  stream.begin(reset ? numbered : place.value_or(numbered), reset);
  Response response;
  response.content_type = "text/event-stream";
  return response;
}

Handler streaming(LiveStreams& streams) {
  return [&streams](const Request& request, const Responder& respond) {
    const auto stream = streams.open(*request.caller, request.language);
    if (!stream) return respond(too_many(request.language));
    const Read read = [stream](store::TenantTransaction& transaction, const Request& asked,
                               const codec::AnswerContext&) {
      Response response = begin(*stream, transaction, asked);
      if (response.status == 200) response.source = stream;
      return response;
    };
    reading(streams.context(), read)(request, respond);
  };
}

}  // namespace

void add_stream_route(Router& router, LiveStreams& streams) {
  get(router, "/stream", readers_of_incidents, streaming(streams));
}

}  // namespace noroshi::http
