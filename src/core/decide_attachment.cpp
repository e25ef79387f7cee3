#include "src/core/decide_attachment.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "src/core/duties.h"
#include "src/core/file_name.h"
#include "src/core/give_label.h"
#include "src/core/withholding_rules.h"

namespace noroshi::core {
namespace {

constexpr std::size_t longest_media_type = 127;

// A reporter acts for his body's own cases, or those that it entered.
bool may_add(const Law& law, const Incident& known, const Actor& actor, Timestamp now) {
  if (!actor.role) return false;
  const bool own = acts_for(law, actor.organization, known.organization, now) || actor.organization == known.submitted_by;
  return own || (*actor.role != Role::reporter && known.content_visible_to(actor.organization));
}

std::optional<Refusal> check(const Attachment& attachment) {
  if (!is_file_name(attachment.name))
    return refuse_field("/name", "file_name", "ファイル名は、経路を含まない 255 バイト以内の名前にしてください。",
                        "Give the name of a file, without a path, in at most 255 bytes.");
  if (attachment.media_type.empty() || attachment.media_type.size() > longest_media_type)
    return refuse_field("/media_type", "value", "Content-Type は 127 文字以内にしてください。",
                        "Content-Type has at most 127 characters.");
  if (attachment.size == 0)
    return refuse_field("/size", "empty", "空のファイルは添付できません。", "An empty file is none.");
  if (attachment.size > largest_attachment)
    return refuse_field("/size", "too_large", "添付ファイルは 64 MiB までです。", "A file has at most 64 MiB.");
  return std::nullopt;
}

std::optional<Refusal> check_limits(const Incident& known, const Attachment& attachment) {
  const auto size = std::accumulate(known.attachments.begin(), known.attachments.end(), attachment.size,
                                    [](std::uint64_t sum, const Attachment& held) { return sum + held.size; });
  if (known.attachments.size() < most_attachments && size <= all_attachments) return std::nullopt;
  return refuse(RefusalCode::attachment_limit,
                "1件のインシデントの添付ファイルは 64 個、合計 512 MiB までです。不要になったものは消せません。まとめるか、"
                "別の方法で渡してください。",
                "An incident has at most 64 files and 512 MiB in all. None can be taken back: put several into one, or hand it over by "
                "another way.");
}

// Whoever has a version of the report, and the body whose incident it is, each once; not who adds.
std::vector<std::string> whom_to_tell(const DecisionBuilder& builder) {
  std::vector<std::string> bodies;
  std::set<std::string> seen{builder.standing_for(builder.actor().organization)};
  const auto add = [&](const std::string& organization) {
    const auto body = is_of_cymat(organization) ? organization : builder.standing_for(organization);
    if (seen.insert(body).second) bodies.push_back(body);
  };
  add(builder.incident().organization);
  for (const auto& message : builder.incident().messages)
    if (message.report) add(message.recipient);
  return bodies;
}

// It has the report by sharing (2.2.4(2)(l)) alone, in its own name and in that of whom it succeeded.
bool has_it_by_sharing_alone(const DecisionBuilder& builder, const std::string& body) {
  const auto& incident = builder.incident();
  if (builder.standing_for(incident.organization) == body) return false;
  return std::none_of(incident.messages.begin(), incident.messages.end(), [&](const Message& message) {
    return message.report && message.clause != clause_of_sharing && builder.standing_for(message.recipient) == body;
  });
}

// What tells of the file brings the latest version of the report: to whom it is shared with, only while it may be.
void tell(DecisionBuilder& builder) {
  const std::string note = "添付ファイルが追加されました (a file was added)";
  for (const auto& body : whom_to_tell(builder)) {
    if (!is_of_cymat(body)) {
      if (has_it_by_sharing_alone(builder, body)) {
        if (may_be_shared(builder.incident())) send_shared(builder, body, note);
        continue;
      }
      // Nor is it told of what its view does not have: police and crisis desk.
      if (!view_of(builder.law(), builder.incident(), body, builder.now()).shows("attachments")) continue;
      send_latest(builder, MessageKind::notice, builder.actor().organization, body, nullptr, note);
      continue;
    }
    for (const auto& request : std::vector(builder.incident().cymat_requests))
      if (team_of(request.id) == body && is_at_work(request.state)) send_to_team(builder, request, nullptr, note);
  }
}

}  // namespace

bool is_file_name(std::string_view name) {
  if (name.empty() || name.size() > longest_file_name || name == "." || name == "..") return false;
  return std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '/' || c == '\\' || byte < 0x20 || byte == 0x7f;
  });
}

Outcome decide_attachment(const Law& law, const Incident& known, const AddAttachment& command, Moment moment) {
  if (!may_add(law, known, command.actor, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (known.state == IncidentState::closed)
    return tl::unexpected(refuse(RefusalCode::incident_closed,
                                 "終結したインシデントです。再開（transitions で assessed）してから添付してください。",
                                 "The incident is closed. Reopen it (transition to assessed), then add the file."));
  // What belongs to a case of 機密性3 is of it, unless somebody says otherwise by its label; and is sealed.
  if (!known.labels.empty() && known.labels.back().grades.confidentiality > highest_of_notice)
    return tl::unexpected(annex_not_available());
  if (auto refusal = check(command.attachment)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = check_limits(known, command.attachment)) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, command.actor, moment);
  Attachment attachment = command.attachment;
  attachment.organization = command.actor.organization;
  builder.add(AttachmentAdded{std::move(attachment)});
  tell(builder);
  return std::move(builder).finish();
}

}  // namespace noroshi::core
