// Every command that a call takes, facts among them: the first byte chooses which. A command comes of it or reasons.
#include <array>

#include "src/codec/annex_commands.h"
#include "src/codec/command_decoder.h"
#include "src/codec/cymat.h"
#include "src/codec/endpoint_commands.h"
#include "src/codec/explain.h"
#include "src/codec/handling_commands.h"
#include "src/codec/inquiry_commands.h"
#include "src/codec/label_commands.h"
#include "src/codec/staff_decoder.h"
#include "src/codec/strict_json.h"
#include "src/codec/withholding_commands.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {
namespace {

template <auto decode>
void decoded(std::string_view body) {
  const auto command = decode(body);
  if (command) return;
  HOLDS(!command.error().empty() && command.error().size() <= 201);
  for (const auto& error : command.error())
    HOLDS(!error.code.empty() && !error.message.ja.empty() && !error.message.en.empty());
  codec::JsonDocument document;
  HOLDS(document.parse(codec::encode_errors(command.error(), codec::Language::en)).has_value());
}

constexpr void (*decoders[])(std::string_view) = {
    decoded<codec::decode_sealing_key>,
    decoded<codec::decode_annex>,
    decoded<codec::decode_fulfillment>,
    decoded<codec::decode_waiver>,
    decoded<codec::decode_erasure>,
    decoded<codec::decode_four_eyes>,
    decoded<codec::decode_assessment>,
    decoded<codec::decode_transition>,
    decoded<codec::decode_recipient>,
    decoded<codec::decode_relay_switch>,
    decoded<codec::decode_acknowledgement>,
    decoded<codec::decode_proposal>,
    decoded<codec::decode_proposal_answer>,
    decoded<codec::decode_activation>,
    decoded<codec::decode_release>,
    decoded<codec::decode_cosignature>,
    decoded<codec::decode_token_acknowledgement>,
    decoded<codec::decode_cymat_request>,
    decoded<codec::decode_cymat_forwarding>,
    decoded<codec::decode_cymat_receipt>,
    decoded<codec::decode_cymat_decision>,
    decoded<codec::decode_cymat_member>,
    decoded<codec::decode_cymat_answer>,
    decoded<codec::decode_cymat_withdrawal>,
    decoded<codec::decode_cymat_formation>,
    decoded<codec::decode_cymat_dispatch>,
    decoded<codec::decode_cymat_entry>,
    decoded<codec::decode_cymat_end>,
    decoded<codec::decode_cymat_report>,
    decoded<codec::decode_endpoint_proposal>,
    decoded<codec::decode_reason>,
    decoded<codec::decode_facts>,
    decoded<codec::decode_handling_step>,
    decoded<codec::decode_instruction>,
    decoded<codec::decode_instruction_answer>,
    decoded<codec::decode_platform>,
    decoded<codec::decode_inquiry>,
    decoded<codec::decode_inquiry_answer>,
    decoded<codec::decode_inquiry_withdrawal>,
    decoded<codec::decode_notice_down>,
    decoded<codec::decode_notice>,
    decoded<codec::decode_notice_answer>,
    decoded<codec::decode_notice_link>,
    decoded<codec::decode_label_mapping>,
    decoded<codec::decode_label_mapping_withdrawal>,
    decoded<codec::decode_label_change>,
    decoded<codec::decode_label_change_decision>,
    decoded<codec::decode_person>,
    decoded<codec::decode_person_change>,
    decoded<codec::decode_departure>,
    decoded<codec::decode_appointment>,
    decoded<codec::decode_appointment_end>,
    decoded<codec::decode_delegation_end>,
    decoded<codec::decode_cancellation>,
    decoded<codec::decode_delegation>,
    decoded<codec::decode_training>,
    decoded<codec::decode_shift>,
    decoded<codec::decode_withholding>,
    decoded<codec::decode_content_release>,
    decoded<codec::decode_sharing>,
};

}  // namespace

void target(std::string_view input) {
  if (input.empty()) return;
  const auto chosen = static_cast<unsigned char>(input.front()) % std::size(decoders);
  decoders[chosen](input.substr(1));
}

}  // namespace noroshi::fuzz
