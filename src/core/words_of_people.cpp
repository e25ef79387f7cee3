// How the closed lists of people, assignments, CYMAT and handling are written in answers and rows.
#include "routing/closed_list.h"
#include "src/core/assignment.h"
#include "src/core/cymat.h"
#include "src/core/handling.h"
#include "src/core/person.h"

namespace noroshi::core {
namespace {

using routing::ClosedList;

constexpr ClosedList<Employment, 4> employments{{{{Employment::employee, "employee"},
                                                  {Employment::seconded, "seconded"},
                                                  {Employment::dispatched, "dispatched"},
                                                  {Employment::trainee, "trainee"}}}};
constexpr ClosedList<Post, 11> posts{{{{Post::ciso, "ciso"},
                                       {Post::deputy_ciso, "deputy_ciso"},
                                       {Post::csirt_head, "csirt_head"},
                                       {Post::csirt_coordinator, "csirt_coordinator"},
                                       {Post::external_contact, "external_contact"},
                                       {Post::csirt_member, "csirt_member"},
                                       {Post::information_security_officer, "information_security_officer"},
                                       {Post::section_officer, "section_officer"},
                                       {Post::system_security_officer, "system_security_officer"},
                                       {Post::exception_officer, "exception_officer"},
                                       {Post::cymat_member, "cymat_member"}}}};
constexpr ClosedList<Ground, 3> grounds{
    {{{Ground::expertise, "expertise"}, {Ground::aptitude, "aptitude"}, {Ground::office, "office"}}}};
constexpr ClosedList<Power, 4> powers{{{{Power::be_told, "be_told"},
                                        {Power::approve, "approve"},
                                        {Power::decide, "decide"},
                                        {Power::appoint, "appoint"}}}};
constexpr ClosedList<TrainingKind, 2> training_kinds{{{{TrainingKind::csirt, "csirt"}, {TrainingKind::cymat, "cymat"}}}};
constexpr ClosedList<Function, 4> functions{{{{Function::head, "head"},
                                              {Function::deputy, "deputy"},
                                              {Function::handler, "handler"},
                                              {Function::external_contact, "external_contact"}}}};
constexpr ClosedList<CymatRuling, 3> rulings{{{{CymatRuling::dispatch, "dispatch"},
                                               {CymatRuling::advice, "advice"},
                                               {CymatRuling::declined, "declined"}}}};
constexpr ClosedList<CymatPriority, 3> priorities{
    {{{CymatPriority::normal, "normal"}, {CymatPriority::high, "high"}, {CymatPriority::urgent, "urgent"}}}};
constexpr ClosedList<CymatMemberState, 6> member_states{{{{CymatMemberState::proposed, "proposed"},
                                                          {CymatMemberState::agreed, "agreed"},
                                                          {CymatMemberState::refused, "refused"},
                                                          {CymatMemberState::withdrawn, "withdrawn"},
                                                          {CymatMemberState::serving, "serving"},
                                                          {CymatMemberState::ended, "ended"}}}};
constexpr ClosedList<CymatEntryKind, 4> entry_kinds{{{{CymatEntryKind::work, "work"},
                                                      {CymatEntryKind::advice, "advice"},
                                                      {CymatEntryKind::information, "information"},
                                                      {CymatEntryKind::information_asked, "information_asked"}}}};
constexpr ClosedList<HandlingStepKind, 9> step_kinds{{{{HandlingStepKind::ciso_told, "ciso_told"},
                                                       {HandlingStepKind::situation, "situation"},
                                                       {HandlingStepKind::record, "record"},
                                                       {HandlingStepKind::rules_followed, "rules_followed"},
                                                       {HandlingStepKind::cause_reported, "cause_reported"},
                                                       {HandlingStepKind::measures_ordered, "measures_ordered"},
                                                       {HandlingStepKind::lessons_shared, "lessons_shared"},
                                                       {HandlingStepKind::procedure_followed, "procedure_followed"},
                                                       {HandlingStepKind::information_shared, "information_shared"}}}};
constexpr ClosedList<InstructionKind, 3> instruction_kinds{{{{InstructionKind::emergency_measures, "emergency_measures"},
                                                             {InstructionKind::recovery, "recovery"},
                                                             {InstructionKind::handling, "handling"}}}};
constexpr ClosedList<InstructionForce, 3> forces{{{{InstructionForce::instruction, "instruction"},
                                                   {InstructionForce::recommendation, "recommendation"},
                                                   {InstructionForce::advice, "advice"}}}};

}  // namespace

std::string_view to_string(Employment employment) { return employments.text_of(employment); }
std::optional<Employment> parse_employment(std::string_view text) { return employments.value_of(text); }
std::string_view to_string(Post post) { return posts.text_of(post); }
std::optional<Post> parse_post(std::string_view text) { return posts.value_of(text); }
std::string_view to_string(Ground ground) { return grounds.text_of(ground); }
std::optional<Ground> parse_ground(std::string_view text) { return grounds.value_of(text); }
std::string_view to_string(Power power) { return powers.text_of(power); }
std::optional<Power> parse_power(std::string_view text) { return powers.value_of(text); }
std::string_view to_string(TrainingKind kind) { return training_kinds.text_of(kind); }
std::optional<TrainingKind> parse_training_kind(std::string_view text) { return training_kinds.value_of(text); }
std::string_view to_string(Function function) { return functions.text_of(function); }
std::optional<Function> parse_function(std::string_view text) { return functions.value_of(text); }
std::string_view to_string(CymatRuling ruling) { return rulings.text_of(ruling); }
std::optional<CymatRuling> parse_cymat_ruling(std::string_view text) { return rulings.value_of(text); }
std::string_view to_string(CymatPriority priority) { return priorities.text_of(priority); }
std::optional<CymatPriority> parse_cymat_priority(std::string_view text) { return priorities.value_of(text); }
std::string_view to_string(CymatMemberState state) { return member_states.text_of(state); }
std::optional<CymatMemberState> parse_cymat_member_state(std::string_view text) { return member_states.value_of(text); }
std::string_view to_string(CymatEntryKind kind) { return entry_kinds.text_of(kind); }
std::optional<CymatEntryKind> parse_cymat_entry_kind(std::string_view text) { return entry_kinds.value_of(text); }
std::string_view to_string(HandlingStepKind kind) { return step_kinds.text_of(kind); }
std::optional<HandlingStepKind> parse_handling_step_kind(std::string_view text) { return step_kinds.value_of(text); }
std::string_view to_string(InstructionKind kind) { return instruction_kinds.text_of(kind); }
std::optional<InstructionKind> parse_instruction_kind(std::string_view text) { return instruction_kinds.value_of(text); }
std::string_view to_string(InstructionForce force) { return forces.text_of(force); }
std::optional<InstructionForce> parse_instruction_force(std::string_view text) { return forces.value_of(text); }

std::string team_of(CymatRequestId request) { return "cymat/" + to_string(request); }
std::string seat_of(PersonId person) { return "cymat/" + to_string(person); }
bool is_of_cymat(std::string_view slug) { return slug.starts_with("cymat/"); }

bool is_live(CymatMemberState state) {
  return state == CymatMemberState::proposed || state == CymatMemberState::agreed || state == CymatMemberState::serving;
}
bool is_at_work(CymatState state) { return state == CymatState::dispatched || state == CymatState::active; }
bool is_over(const CymatRequest& request) {
  return request.ruling == CymatRuling::declined || request.state == CymatState::ended ||
         request.state == CymatState::reported;
}

}  // namespace noroshi::core
