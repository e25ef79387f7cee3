// Annexes of 機密性3, and the keys they are sealed to (standard 3.1.1(4)(d), (5)(c), (6)).
#pragma once

#include <string>
#include <vector>

#include "src/core/authority.h"
#include "src/core/body_information.h"
#include "src/core/decision.h"

namespace noroshi::core {

inline constexpr std::size_t most_active_keys = 4;     // of a body
inline constexpr std::size_t most_annexes = 32;        // of an incident
inline constexpr std::uint64_t largest_annex = 24 * 1024 * 1024;  // of a JWE, bytes

// What a decision on an annex has to know of the world outside the incident.
struct AnnexContext {
  std::vector<SealingKey> keys;  // the active ones of all bodies that see the incident
  bool internet = false;         // a listener, channel or peer of zone `internet` is here: no annex is held
};

// The bodies that an annex of that body goes to now: whoever received the incident's content from it.
std::vector<std::string> receivers_of_annex(const Incident& incident, const std::string& organization);

// Asks for the permission. By a person of the CSIRT of the body whose incident it is, or of an agency that received it.
struct AskAnnex {
  Actor actor;
  std::string name;
};
Outcome decide_annex_request(const Law& law, const Incident& known, const AnnexContext& context, const AskAnnex& command, Moment moment);

// By a section_officer (課室情報セキュリティ責任者) of the body, who is not the submitter.
struct DecideAnnex {
  Actor actor;
  AnnexId annex;
  bool permitted = false;
  std::string reason;
  Authority applicant{};  // of who asked, when he asked and now; of nobody where the staff is not known
  Authority approver{};   // of the actor, likewise
};
Outcome decide_annex(const Law& law, const Incident& known, const AnnexContext& context, const DecideAnnex& command, Moment moment);

// The JWE as its submitter's client made it. Its keys have to be those of all receivers, and its AAD that of the incident.
struct SealAnnex {
  Actor actor;
  AnnexId annex;
  std::string content;  // the JWE
  std::string sha256;   // of it, 32 bytes
  std::vector<std::string> key_ids;  // as they stand in it
  std::string authenticated_data;    // AAD: organization, reference and Idempotency-Key, one a line
  std::string idempotency_key;       // of the request
};
Outcome decide_annex_sealing(const Law& law, const Incident& known, const AnnexContext& context, const SealAnnex& command, Moment moment);

// The same ciphertext with further keys, by a body that can open it.
struct RewrapAnnex {
  Actor actor;
  AnnexId annex;
  std::string content;
  std::string sha256;
  std::vector<std::string> key_ids;
  bool same_ciphertext = false;  // all but the keys is as it is kept
};
Outcome decide_annex_rewrapping(const Law& law, const Incident& known, const AnnexContext& context, const RewrapAnnex& command, Moment moment);

// A receiver cannot open it. His signature under the request is verified before.
struct ReportUnreadable {
  Actor actor;
  AnnexId annex;
  std::string reason;
  bool is_signed = false;
};
Outcome decide_annex_unreadable(const Law& law, const Incident& known, const ReportUnreadable& command, Moment moment);

// -- Keys: by csirt_head, section_officer or ciso of the body; proposed by one, decided by another -----------------

struct ProposeSealingKey {
  Actor actor;
  std::string name;
  std::string key_id;
  std::string public_key;
};
BodyInformationOutcome decide_sealing_key_proposal(const BodyInformation& known, const ProposeSealingKey& command, Moment moment);

struct DecideSealingKey {
  Actor actor;
  SealingKeyId key;
  bool approved = false;
  std::string reason;
  Authority applicant{};
  Authority approver{};
};
BodyInformationOutcome decide_sealing_key(const BodyInformation& known, const DecideSealingKey& command, Moment moment);

struct RevokeSealingKey {
  Actor actor;
  SealingKeyId key;
  std::string reason;
};
BodyInformationOutcome decide_sealing_key_revocation(const BodyInformation& known, const RevokeSealingKey& command, Moment moment);

}  // namespace noroshi::core
