// noroshi: the command line. This file alone knows CLI11 (it is slow to compile); each command has its own
// file.
#include <signal.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "src/cli/account.h"
#include "src/cli/alarms.h"
#include "src/cli/annex.h"
#include "src/cli/assign.h"
#include "src/cli/bundle.h"
#include "src/cli/attachment.h"
#include "src/cli/configuration.h"
#include "src/cli/content_key.h"
#include "src/cli/demo.h"
#include "src/cli/doctor.h"
#include "src/cli/cymat.h"
#include "src/cli/erasure.h"
#include "src/cli/handle.h"
#include "src/cli/help_words.h"
#include "src/cli/endpoint.h"
#include "src/cli/inbox.h"
#include "src/cli/label.h"
#include "src/cli/incident.h"
#include "src/cli/inquiry.h"
#include "src/cli/migrate.h"
#include "src/cli/obligations.h"
#include "src/cli/record_continue.h"
#include "src/cli/record_export.h"
#include "src/cli/record_keys.h"
#include "src/cli/record_read.h"
#include "src/cli/record_verify.h"
#include "src/cli/record_witness.h"
#include "src/cli/relay_switch.h"
#include "src/cli/report_print.h"
#include "src/cli/report_show.h"
#include "src/cli/report_submit.h"
#include "src/cli/route_explain.h"
#include "src/cli/sealing.h"
#include "src/cli/statistics.h"
#include "src/cli/token.h"
#include "src/cli/user.h"
#include "src/cli/waiver.h"
#include "src/cli/watch.h"
#include "src/cli/withhold.h"

namespace noroshi::cli {
namespace {

struct Global {
  std::string language;
  bool json = false;
  DatabaseOptions database;

  Output output() const { return {language_from(language), json}; }
};

using Command = std::function<int()>;

constexpr const char* footer = R"(Exit codes:
  0   done                          69  no daemon or no database answers
  1   a check failed, or not found  70  a fault of the program
  2   bad options or bad input      75  NOT YET ACCEPTED: the report is kept in the queue of this machine
  77  refused: token or role        78  something on this machine must be configured first

Environment: NOROSHI_URL, NOROSHI_TOKEN_FILE (or NOROSHI_TOKEN), NOROSHI_CA; LANG chooses the language.
File: ~/.config/noroshi/client.toml with url, token_file, ca. Flags go before the environment, that before the file.)";

void add_connection(CLI::App& app, ConnectionOptions& connection) {
  app.add_option("--url", connection.url, "The daemon, https://host:port")->type_name("URL");
  app.add_option("--token-file", connection.token_file, "File with the bearer token")->type_name("FILE");
  app.add_option("--ca", connection.ca, "Certificate authority of the daemon (DIR/tls/ca.pem)")
      ->type_name("FILE");
}

// Of a command that changes something at the daemon.
void add_act(CLI::App& app, ActOptions& act) {
  app.add_option("--key", act.key, "Idempotency-Key, to repeat a command whose answer was lost [a fresh one]")
      ->type_name("KEY");
  add_connection(app, act.connection);
}

// A leaf of the tree of commands: its options live as long as the program parses and runs.
template <class Options>
CLI::App* add_command(CLI::App& parent, const Global& global, Command& chosen, const char* name,
                      const char* help, std::shared_ptr<Options> options) {
  auto* app = parent.add_subcommand(name, help);
  app->callback([options, &global, &chosen] {
    chosen = [options, &global] { return run(*options, global.output()); };
  });
  return app;
}

void add_route(CLI::App& program, const Global& global, Command& chosen) {
  auto* route = program.add_subcommand("route", "The law, without a daemon");
  route->require_subcommand(1);
  auto options = std::make_shared<RouteExplainOptions>();
  auto* explain =
      add_command(*route, global, chosen, "explain",
                  "Which duties do these facts open, and why? One JSON object or JSON Lines", options);
  explain->add_option("FILE", options->file, "A report or facts as JSON; - reads standard input")->required();
  explain->add_option("--edition", options->edition, "Apply this edition (h28, h30) whatever the day")
      ->type_name("ID");
  explain->add_option("--at", options->at, "Bodies as they stand at that time [the recognised time]")
      ->type_name("TIME");
  explain
      ->add_option("--registry", options->registry,
                   "Folder with organizations.csv and supervision_scopes.csv")
      ->type_name("DIR");
  explain->add_option("--editions", options->editions, "Folder with the editions, *.toml")->type_name("DIR");
}

void add_report(CLI::App& program, const Global& global, Command& chosen) {
  auto* report = program.add_subcommand("report", "Submit a report, see what became of it");
  report->require_subcommand(1);

  auto submit_options = std::make_shared<ReportSubmitOptions>();
  auto* submit = add_command(*report, global, chosen, "submit",
                             "Keep a report in this machine's queue, then send it; exit 75: NOT YET ACCEPTED",
                             submit_options);
  auto* file = submit->add_option("FILE", submit_options->file, "The report as JSON; - reads standard input");
  auto* flush = submit->add_flag("--flush", submit_options->flush, "Send what is queued, with the same keys");
  flush->excludes(file);
  submit->add_option("--key", submit_options->key, "Idempotency-Key [a fresh one]")
      ->type_name("KEY")
      ->excludes(flush);
  submit->add_option("--queue", submit_options->queue, "Folder of the queue [~/.local/state/noroshi/queue]")
      ->type_name("DIR");
  submit->add_flag("--new-token", submit_options->new_token,
                   "Send also what was queued under another token of the same body");
  add_connection(*submit, submit_options->connection);
  submit->callback([submit_options, &global, &chosen] {
    if (submit_options->file.empty() && !submit_options->flush) throw CLI::RequiredError("FILE (or --flush)");
    chosen = [submit_options, &global] { return run(*submit_options, global.output()); };
  });

  auto queue_options = std::make_shared<ReportQueueOptions>();
  add_command(*report, global, chosen, "queue", "What is still queued here, and what was refused",
              queue_options)
      ->add_option("--queue", queue_options->queue, "Folder of the queue")
      ->type_name("DIR");

  auto print_options = std::make_shared<ReportPrintOptions>();
  auto* print = add_command(*report, global, chosen, "print", "One incident on paper: a PDF with label, hash and clauses", print_options);
  print->add_option("ID", print_options->id, "Id, number (JPS-2018-1) or your own reference")->required();
  print->add_option("FILE", print_options->file, "Where it goes; never over a file that is there")->required();
  add_connection(*print, print_options->connection);

  auto show_options = std::make_shared<ReportShowOptions>();
  auto* show =
      add_command(*report, global, chosen, "show", "One incident: its duties and messages", show_options);
  show->add_option("ID", show_options->id, "Id, number (JPS-2018-1) or your own reference")->required();
  add_connection(*show, show_options->connection);
}

void add_inbox(CLI::App& program, const Global& global, Command& chosen) {
  auto list_options = std::make_shared<InboxListOptions>();
  auto* inbox = program.add_subcommand("inbox", "What was sent to your body");
  inbox->require_subcommand(0, 1);
  inbox->add_flag("--unacknowledged", list_options->unacknowledged, "Only what nobody has acknowledged");
  inbox->add_option("--receipt-number", list_options->receipt_number, "Only of the incident with that number (受付番号)")
      ->type_name("NUMBER");
  add_connection(*inbox, list_options->connection);

  auto show_options = std::make_shared<InboxShowOptions>();
  auto* show =
      add_command(*inbox, global, chosen, "show", "One message with the report as it was sent", show_options);
  show->add_option("ID", show_options->message, "The message")->required();
  add_connection(*show, show_options->connection);

  auto acknowledge_options = std::make_shared<InboxAcknowledgeOptions>();
  auto* acknowledge = add_command(*inbox, global, chosen, "ack", "Confirm that a person has read a message",
                                  acknowledge_options);
  acknowledge->add_option("ID", acknowledge_options->message, "The message")->required();
  acknowledge->add_option("--by", acknowledge_options->by, "The person who has read it")
      ->type_name("NAME")
      ->required();
  acknowledge->add_option("--note", acknowledge_options->note, "A remark")->type_name("TEXT");
  add_act(*acknowledge, *acknowledge_options);

  auto reply_options = std::make_shared<InboxReplyOptions>();
  auto* reply = add_command(*inbox, global, chosen, "reply", "Acknowledge by a person's reply to a mail", reply_options);
  reply->add_option("FILE", reply_options->file, "The reply as it came (RFC 5322); - reads standard input")->required();
  add_connection(*reply, reply_options->connection);

  // CLI11 runs a parent's callback after the child's.
  inbox->callback([inbox, list_options, &global, &chosen] {
    if (inbox->get_subcommands().empty())
      chosen = [list_options, &global] { return run(*list_options, global.output()); };
  });
}

// Below `incident`.
void add_erasure(CLI::App& incident, const Global& global, Command& chosen) {
  auto erasable_options = std::make_shared<IncidentErasableOptions>();
  auto* erasable = add_command(incident, global, chosen, "erasable",
                               "Own incidents whose retention (保存期間) is over", erasable_options);
  add_connection(*erasable, erasable_options->connection);

  auto erase_options = std::make_shared<IncidentEraseOptions>();
  auto* erase = add_command(incident, global, chosen, "erase",
                            "Ask to erase the content of one whose retention is over; another person decides",
                            erase_options);
  erase->add_option("ID", erase_options->incident, "Id, number (JPS-2018-1) or your own reference")->required();
  erase->add_option("--reason", erase_options->reason, "Why; stays in the record")->type_name("TEXT")->required();
  add_act(*erase, *erase_options);

  auto* erasure = incident.add_subcommand("erasure", "Decide what another person asked to erase");
  erasure->require_subcommand(1);
  const auto add_decision = [&](const char* name, const char* help, bool approved) {
    auto options = std::make_shared<ErasureDecideOptions>();
    options->approved = approved;
    auto* decide = add_command(*erasure, global, chosen, name, help, options);
    decide->add_option("ID", options->incident, "Id, number (JPS-2018-1) or your own reference")->required();
    decide->add_option("--reason", options->reason, "Why; stays in the record")->type_name("TEXT")->required();
    add_act(*decide, *options);
  };
  add_decision("approve", "Erase the content; it cannot be brought back", true);
  add_decision("reject", "Keep the content", false);
}

// Below `incident`.
void add_withholding(CLI::App& incident, const Global& global, Command& chosen) {
  constexpr const char* which = "Id, number (JPS-2018-1) or your own reference";
  auto withhold_options = std::make_shared<WithholdOptions>();
  auto* withhold = add_command(incident, global, chosen, "withhold", "Keep members of the report from a receiver, until a time",
                               withhold_options);
  withhold->add_option("ID", withhold_options->incident, which)->required();
  withhold->add_option("--from", withhold_options->from, "The receiver, as GET /organizations names it")
      ->type_name("BODY")
      ->required();
  withhold
      ->add_option("--member", withhold_options->members,
                   "summary, assessment_reason, cyberattack_reason, category, systems, impact, actions or notices_made, once for each")
      ->type_name("MEMBER")
      ->take_all()
      ->expected(1)
      ->required();
  withhold->add_option("--until", withhold_options->until, "When it ends by itself, 90 days ahead at most")
      ->type_name("TIME")
      ->required();
  withhold->add_option("--reason", withhold_options->reason, "Why; stays with your body")->type_name("TEXT")->required();
  add_act(*withhold, *withhold_options);

  auto list_options = std::make_shared<WithholdingsOptions>();
  auto* list = add_command(incident, global, chosen, "withholdings", "What your body withholds, and what is withheld from it",
                           list_options);
  list->add_option("ID", list_options->incident, which)->required();
  add_connection(*list, list_options->connection);

  auto release_options = std::make_shared<ReleaseWithheldOptions>();
  auto* release = add_command(incident, global, chosen, "release", "End what is withheld before its time", release_options);
  release->add_option("ID", release_options->withholding, "Of the withholding (noroshi incident withholdings)")->required();
  release->add_option("--reason", release_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*release, *release_options);

  auto share_options = std::make_shared<ShareOptions>();
  auto* share = add_command(incident, global, chosen, "share",
                            "Share it with a body that nobody has to tell, by consent (2.2.4(2)(l))", share_options);
  share->add_option("ID", share_options->incident, which)->required();
  share->add_option("--organization", share_options->organization, "With whom")->type_name("BODY")->required();
  share->add_option("--note", share_options->note, "A remark to it")->type_name("TEXT");
  add_act(*share, *share_options);
}

void add_incident(CLI::App& program, const Global& global, Command& chosen) {
  auto* incident = program.add_subcommand("incident", "Your body's judgement of an incident, its state, and its end");
  incident->require_subcommand(1);

  auto assess_options = std::make_shared<IncidentAssessOptions>();
  auto* assess =
      add_command(*incident, global, chosen, "assess", "Judge it, or judge it anew", assess_options);
  assess->add_option("ID", assess_options->incident, "Id, number (JPS-2018-1) or your own reference")
      ->required();
  assess->add_option("--assessment", assess_options->assessment, "incident, possible or not_incident")
      ->type_name("WORD")
      ->required();
  assess->add_option("--cyberattack", assess_options->cyberattack, "yes, possible, no or unknown [as held]")
      ->type_name("WORD");
  assess
      ->add_option("--large-scale", assess_options->large_scale,
                   "Criterion:harm:certainty, as property:feared:may_be, once for each; none takes all back "
                   "[as held]")
      ->type_name("CELL")
      ->take_all()
      ->expected(1);
  assess->add_option("--assessment-reason", assess_options->assessment_reason, "Required with not_incident")
      ->type_name("TEXT");
  assess
      ->add_option("--cyberattack-reason", assess_options->cyberattack_reason, "Required with cyberattack no")
      ->type_name("TEXT");
  assess->add_option("--reason", assess_options->reason, "Why it is judged anew")->type_name("TEXT");
  add_act(*assess, *assess_options);

  auto move_options = std::make_shared<IncidentMoveOptions>();
  auto* move = add_command(*incident, global, chosen, "move", "Say how far an own incident is", move_options);
  move->add_option("ID", move_options->incident, "Id, number (JPS-2018-1) or your own reference")->required();
  move->add_option("--to", move_options->to, "contained, recovered, reviewed, closed; assessed reopens")
      ->type_name("STATE")
      ->required();
  move->add_option("--reason", move_options->reason, "Why")->type_name("TEXT");
  add_act(*move, *move_options);

  add_erasure(*incident, global, chosen);
  add_withholding(*incident, global, chosen);
}

void add_assign_step(CLI::App& assign, const Global& global, Command& chosen, AssignStepOptions::Step step, const char* name,
                     const char* help, const char* reason) {
  auto options = std::make_shared<AssignStepOptions>();
  options->step = step;
  auto* app = add_command(assign, global, chosen, name, help, options);
  app->add_option("ID", options->incident, "Id, number (JPS-2018-1) or your own reference")->required();
  app->add_option("ASSIGNMENT", options->assignment, "Its id or the person's name [the only one it can be]");
  if (reason) {
    auto* option = app->add_option("--reason", options->reason, reason)->type_name("TEXT");
    if (step == AssignStepOptions::Step::decline) option->required();
  }
  add_act(*app, *options);
}

void add_assign(CLI::App& program, const Global& global, Command& chosen) {
  using Step = AssignStepOptions::Step;
  constexpr const char* incident = "Id, number (JPS-2018-1) or your own reference";
  constexpr const char* function = "head, deputy, handler or external_contact";
  auto* assign = program.add_subcommand("assign", "Who of your body's CSIRT responds to an incident");
  assign->require_subcommand(1);

  auto list_options = std::make_shared<AssignListOptions>();
  auto* list = add_command(*assign, global, chosen, "list", "Who responds, and who was asked", list_options);
  list->add_option("ID", list_options->incident, incident)->required();
  add_connection(*list, list_options->connection);

  auto candidate_options = std::make_shared<AssignCandidatesOptions>();
  auto* candidates =
      add_command(*assign, global, chosen, "candidates", "Whom to propose, the best first, and why", candidate_options);
  candidates->add_option("ID", candidate_options->incident, incident)->required();
  candidates->add_option("--function", candidate_options->function, std::string(function) + " [handler]")->type_name("WORD");
  candidates->add_option("--skills", candidate_options->skills, "Wanted, separated by commas")->type_name("LIST");
  add_connection(*candidates, candidate_options->connection);

  auto propose_options = std::make_shared<AssignProposeOptions>();
  auto* propose = add_command(*assign, global, chosen, "propose", "Ask a person to respond", propose_options);
  propose->add_option("ID", propose_options->incident, incident)->required();
  propose->add_option("--person", propose_options->person, "Id of the person")->type_name("ID")->required();
  propose->add_option("--function", propose_options->function, function)->type_name("WORD")->required();
  propose->add_option("--note", propose_options->note, "A remark")->type_name("TEXT");
  add_act(*propose, *propose_options);

  add_assign_step(*assign, global, chosen, Step::accept, "accept",
                  "Accept what you are asked; of a hand-over, you take over at once", nullptr);
  add_assign_step(*assign, global, chosen, Step::decline, "decline", "Decline what you are asked", "Why");
  add_assign_step(*assign, global, chosen, Step::activate, "activate", "Begin to respond", nullptr);

  auto hand_over_options = std::make_shared<AssignHandOverOptions>();
  auto* hand_over = add_command(*assign, global, chosen, "hand-over",
                                "Offer another person to take over; accepting it is the acknowledgement", hand_over_options);
  hand_over->add_option("ID", hand_over_options->incident, incident)->required();
  hand_over->add_option("--person", hand_over_options->person, "Id of who is to take over")->type_name("ID")->required();
  hand_over->add_option("--from", hand_over_options->from, "Whose assignment, its id or his name [the head's]")
      ->type_name("WHO");
  hand_over->add_option("--note", hand_over_options->note, "A remark")->type_name("TEXT");
  add_act(*hand_over, *hand_over_options);

  add_assign_step(*assign, global, chosen, Step::release, "release", "End one; a head hands over instead", "Why");
}

void add_obligation(CLI::App& program, const Global& global, Command& chosen) {
  auto* obligation = program.add_subcommand("obligation", "One duty");
  obligation->require_subcommand(1);

  auto show_options = std::make_shared<ObligationShowOptions>();
  auto* show = add_command(*obligation, global, chosen, "show",
                           "Why it exists, how it was met, which waivers were asked for", show_options);
  show->add_option("ID", show_options->obligation, "The duty, as obligations lists it")->required();
  add_connection(*show, show_options->connection);

  auto fulfill_options = std::make_shared<ObligationFulfillOptions>();
  auto* fulfill = add_command(
      *obligation, global, chosen, "fulfill",
      "Meet it: relay or report sends to the recipient, all else records what was done", fulfill_options);
  fulfill->add_option("ID", fulfill_options->obligation, "The duty, as obligations lists it")->required();
  fulfill
      ->add_option(
          "--method", fulfill_options->method,
          "relay, report, telephone, in_person, police_report, consultation, decided_not_needed or done")
      ->type_name("METHOD")
      ->required();
  fulfill->add_option("--at", fulfill_options->at, "When it was done, 2018-08-01T09:55:00+09:00 [now]")
      ->type_name("TIME");
  fulfill
      ->add_option("--note", fulfill_options->note, "A remark; required with decided_not_needed: the reason")
      ->type_name("TEXT");
  fulfill->add_option("--reference", fulfill_options->reference, "The recipient's own number")
      ->type_name("TEXT");
  add_act(*fulfill, *fulfill_options);
}

void add_handle(CLI::App& program, const Global& global, Command& chosen) {
  auto* handle = program.add_subcommand("handle", "How your body handles its incident inside (2.2.4(2)(c)-(f), (j)-(l), (3))");
  handle->require_subcommand(1);
  const auto of_incident = [](CLI::App& command, std::string& incident) {
    command.add_option("ID", incident, "Id, number (JPS-2018-1) or your own reference")->required();
  };

  auto step_options = std::make_shared<HandleStepOptions>();
  auto* step = add_command(*handle, global, chosen, "step", "Note a step; it meets the duty of its clause", step_options);
  of_incident(*step, step_options->incident);
  step->add_option("--kind", step_options->kind,
                   "ciso_told, procedure_followed, rules_followed, situation, record, information_shared, cause_reported, "
                   "measures_ordered or lessons_shared")
      ->type_name("WORD")
      ->required();
  step->add_option("--text", step_options->text, "What was told, found out, ordered or shared")->type_name("TEXT")->required();
  step->add_option("--person", step_options->person, "Who was told, or ordered; an id of your body's people")->type_name("ID");
  add_act(*step, *step_options);

  auto instruct_options = std::make_shared<HandleInstructOptions>();
  auto* instruct = add_command(*handle, global, chosen, "instruct", "Instruct, recommend or advise", instruct_options);
  of_incident(*instruct, instruct_options->incident);
  instruct->add_option("--kind", instruct_options->kind, "emergency_measures, recovery or handling")->type_name("WORD")->required();
  instruct->add_option("--force", instruct_options->force, "instruction, recommendation or advice")->type_name("WORD")->required();
  instruct->add_option("--to", instruct_options->to, "The officer, by office or name")->type_name("TEXT")->required();
  instruct->add_option("--text", instruct_options->text, "What to do")->type_name("TEXT")->required();
  instruct->add_option("--answer-by", instruct_options->answer_by, "When an answer is due, 2018-08-01T12:00:00+09:00")
      ->type_name("TIME");
  add_act(*instruct, *instruct_options);

  auto answer_options = std::make_shared<HandleAnswerOptions>();
  auto* answer = add_command(*handle, global, chosen, "answer", "Note the answer to an instruction", answer_options);
  of_incident(*answer, answer_options->incident);
  answer->add_option("INSTRUCTION", answer_options->instruction, "Which, as report show lists it")->required();
  answer->add_flag("--not-carried-out", answer_options->not_carried_out, "It was not carried out");
  answer->add_option("--text", answer_options->text, "What was answered")->type_name("TEXT")->required();
  add_act(*answer, *answer_options);

  auto platform_options = std::make_shared<HandlePlatformOptions>();
  auto* platform = add_command(*handle, global, chosen, "platform",
                               "Link a shared platform (基盤となる情報システム) with its operator, who is told", platform_options);
  of_incident(*platform, platform_options->incident);
  platform->add_option("--platform", platform_options->platform, "Its name")->type_name("TEXT")->required();
  platform->add_option("--operator", platform_options->operator_organization, "The body that operates it")
      ->type_name("SLUG")
      ->required();
  add_act(*platform, *platform_options);
}

void add_label(CLI::App& program, const Global& global, Command& chosen) {
  auto* label = program.add_subcommand("label", "The label (格付) of an incident, and how your body's labels map to the standard's");
  label->require_subcommand(1);
  constexpr const char* incident = "Id, number (JPS-2018-1) or your own reference";
  const auto add_grades = [](CLI::App& command, auto& options) {
    command.add_option("--confidentiality", options.confidentiality, "機密性: 1 to 3; of a notice 1 or 2")->type_name("N")->required();
    command.add_option("--integrity", options.integrity, "完全性: 1 or 2 [not stated]")->type_name("N");
    command.add_option("--availability", options.availability, "可用性: 1 or 2 [not stated]")->type_name("N");
  };

  auto show_options = std::make_shared<LabelShowOptions>();
  auto* show = add_command(*label, global, chosen, "show", "The label that holds, those before it, and requests to change it", show_options);
  show->add_option("ID", show_options->incident, incident)->required();
  add_connection(*show, show_options->connection);

  auto ask_options = std::make_shared<LabelAskOptions>();
  auto* ask = add_command(*label, global, chosen, "ask", "Ask for another label; who decided it, or a superior, decides", ask_options);
  ask->add_option("ID", ask_options->incident, incident)->required();
  ask->add_option("--own-label", ask_options->own_label, "As your body writes it [the standard's words]")->type_name("TEXT");
  add_grades(*ask, *ask_options);
  ask->add_option("--reason", ask_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*ask, *ask_options);

  auto decide_options = std::make_shared<LabelDecideOptions>();
  auto* decide = add_command(*label, global, chosen, "decide", "Decide what another person asked for", decide_options);
  decide->add_option("ID", decide_options->incident, incident)->required();
  decide->add_option("--change", decide_options->change, "Which [the one that waits]")->type_name("ID");
  decide->add_option("--decision", decide_options->decision, "approved or rejected")->type_name("WORD")->required();
  decide->add_option("--reason", decide_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*decide, *decide_options);

  auto mappings_options = std::make_shared<LabelMappingsOptions>();
  add_connection(*add_command(*label, global, chosen, "mappings", "How your body's labels map", mappings_options),
                 mappings_options->connection);

  auto map_options = std::make_shared<LabelMapOptions>();
  auto* map = add_command(*label, global, chosen, "map", "Say how one of your body's labels maps to the standard's grades", map_options);
  map->add_option("OWN-LABEL", map_options->own_label, "As your body writes it")->required();
  add_grades(*map, *map_options);
  add_act(*map, *map_options);

  auto withdraw_options = std::make_shared<LabelWithdrawOptions>();
  auto* withdraw = add_command(*label, global, chosen, "withdraw", "End a mapping", withdraw_options);
  withdraw->add_option("MAPPING", withdraw_options->mapping, "Its id, as label mappings shows it")->required();
  withdraw->add_option("--reason", withdraw_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*withdraw, *withdraw_options);
}
void add_inquiry(CLI::App& program, const Global& global, Command& chosen) {
  auto* inquiry = program.add_subcommand("inquiry", "Inquiries (照会) up and down the chain; they meet no duty");
  inquiry->require_subcommand(1);

  auto ask_options = std::make_shared<InquiryAskOptions>();
  auto* ask = add_command(*inquiry, global, chosen, "ask", "Ask the body one step up or down about an incident", ask_options);
  ask->add_option("ID", ask_options->incident, "Id, number (JPS-2018-1) or your own reference")->required();
  ask->add_option("--to", ask_options->to, "The centre, an agency, or a corporation that it supervises")->type_name("SLUG")->required();
  ask->add_option("--text", ask_options->text, "What you want to know")->type_name("TEXT")->required();
  ask->add_option("--passes-on", ask_options->passes_on, "The inquiry to your body that it passes on")->type_name("ID");
  add_act(*ask, *ask_options);

  auto answer_options = std::make_shared<InquiryAnswerOptions>();
  auto* answer = add_command(*inquiry, global, chosen, "answer", "Answer an inquiry to your body", answer_options);
  answer->add_option("ID", answer_options->inquiry, "The inquiry, as list shows it")->required();
  answer->add_option("--text", answer_options->text, "The answer")->type_name("TEXT")->required();
  add_act(*answer, *answer_options);

  auto withdraw_options = std::make_shared<InquiryWithdrawOptions>();
  auto* withdraw = add_command(*inquiry, global, chosen, "withdraw", "Withdraw an inquiry of your body", withdraw_options);
  withdraw->add_option("ID", withdraw_options->inquiry, "The inquiry, as list shows it")->required();
  withdraw->add_option("--reason", withdraw_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*withdraw, *withdraw_options);

  auto list_options = std::make_shared<InquiryListOptions>();
  auto* list = add_command(*inquiry, global, chosen, "list", "Those of your body, what waits first", list_options);
  auto* of_incident = list->add_option("--incident", list_options->incident, "Only those about it: id, number or own reference")
                          ->type_name("ID");
  list->add_option("--state", list_options->state, "Only those in that state")
      ->check(CLI::IsMember({"open", "answered", "withdrawn"}))
      ->excludes(of_incident);
  list->add_option("--from", list_options->from, "Only those of that body")->type_name("SLUG")->excludes(of_incident);
  list->add_option("--to", list_options->to, "Only those to that body")->type_name("SLUG")->excludes(of_incident);
  add_connection(*list, list_options->connection);

  auto show_options = std::make_shared<InquiryShowOptions>();
  auto* show = add_command(*inquiry, global, chosen, "show", "One inquiry with its answer and its chain", show_options);
  show->add_option("ID", show_options->inquiry, "The inquiry, as list shows it")->required();
  add_connection(*show, show_options->connection);
}

void add_notice(CLI::App& program, const Global& global, Command& chosen) {
  auto* notice = program.add_subcommand("notice", "Notices (情報提供) down the chain; they meet no duty");
  notice->require_subcommand(1);

  auto give_options = std::make_shared<NoticeGiveOptions>();
  auto* give = add_command(*notice, global, chosen, "give", "Tell the body one step down what was seen, before there is an incident",
                           give_options);
  give->add_option("--to", give_options->to, "An agency, or a corporation that yours supervises")->type_name("SLUG")->required();
  give->add_option("--text", give_options->text, "What was seen, and what to look at")->type_name("TEXT")->required();
  give->add_option("--passes-on", give_options->passes_on, "The notice to your body that it passes on")->type_name("ID");
  add_act(*give, *give_options);

  auto tell_options = std::make_shared<NoticeTellOptions>();
  auto* tell = add_command(*notice, global, chosen, "tell", "Tell the body one step down about an incident", tell_options);
  tell->add_option("ID", tell_options->incident, "Id, number (JPS-2018-1) or your own reference")->required();
  tell->add_option("--to", tell_options->to, "An agency that has it, or a corporation that yours supervises")
      ->type_name("SLUG")
      ->required();
  tell->add_option("--text", tell_options->text, "What it has to know")->type_name("TEXT")->required();
  add_act(*tell, *tell_options);

  auto answer_options = std::make_shared<NoticeAnswerOptions>();
  auto* answer = add_command(*notice, global, chosen, "answer", "Answer a notice to your body", answer_options);
  answer->add_option("ID", answer_options->notice, "The notice, as list shows it")->required();
  answer->add_option("--text", answer_options->text, "The answer")->type_name("TEXT")->required();
  add_act(*answer, *answer_options);

  auto link_options = std::make_shared<NoticeLinkOptions>();
  auto* link = add_command(*notice, global, chosen, "link", "Say which incident came of a notice to your body", link_options);
  link->add_option("NOTICE", link_options->notice, "The notice, as list shows it")->required();
  link->add_option("INCIDENT", link_options->incident, "Id, number (JPS-2018-1) or your own reference")->required();
  add_act(*link, *link_options);

  auto list_options = std::make_shared<NoticeListOptions>();
  auto* list = add_command(*notice, global, chosen, "list", "Those that your body gave or got, unanswered first", list_options);
  list->add_flag("--unanswered", list_options->unanswered, "Only those without an answer");
  add_connection(*list, list_options->connection);
}

void add_waiver(CLI::App& program, const Global& global, Command& chosen) {
  auto* waiver = program.add_subcommand("waiver", "An exception (例外措置) from a duty");
  waiver->require_subcommand(1);

  auto ask_options = std::make_shared<WaiverAskOptions>();
  auto* ask = add_command(*waiver, global, chosen, "ask", "Ask for one; another person decides", ask_options);
  ask->add_option("ID", ask_options->obligation, "The duty, as obligations lists it")->required();
  ask->add_option("--reason", ask_options->reason, "Why it cannot be met")->type_name("TEXT")->required();
  add_act(*ask, *ask_options);

  auto decide_options = std::make_shared<WaiverDecideOptions>();
  auto* decide =
      add_command(*waiver, global, chosen, "decide", "Decide what another person asked for", decide_options);
  decide->add_option("ID", decide_options->obligation, "The duty, as obligations lists it")->required();
  decide->add_option("--decision", decide_options->decision, "approved or rejected")
      ->type_name("WORD")
      ->required();
  decide->add_option("--reason", decide_options->reason, "Why")->type_name("TEXT")->required();
  decide->add_option("--waiver", decide_options->waiver, "Which [the one that waits]")->type_name("ID");
  add_act(*decide, *decide_options);
}

void add_cymat(CLI::App& program, const Global& global, Command& chosen) {
  auto* cymat = program.add_subcommand("cymat", "The government's mobile assistance team (CYMAT): ask, decide, form, work, end");
  cymat->require_subcommand(1);

  auto ask_options = std::make_shared<CymatAskOptions>();
  auto* ask = add_command(*cymat, global, chosen, "request", "Ask for CYMAT; a corporation asks through its ministry", ask_options);
  ask->add_option("ID", ask_options->incident, "The incident: id, number (JPS-2018-1) or your own reference")->required();
  ask->add_option("--reason", ask_options->reason, "Why")->type_name("TEXT")->required();
  ask->add_option("--priority", ask_options->priority, "normal, high or urgent [normal]")->type_name("WORD");
  add_act(*ask, *ask_options);

  const auto add_reading = [&](const char* name, const char* help, bool one, bool pool) {
    auto options = std::make_shared<CymatReadOptions>();
    options->pool = pool;
    auto* read = add_command(*cymat, global, chosen, name, help, options);
    if (one) {
      read->add_option("REQUEST", options->request, "The request, as list shows it")->required();
      read->add_flag("--log", options->log, "What the team wrote and was given");
    }
    add_connection(*read, options->connection);
  };
  add_reading("list", "Requests that concern you; the centre's in the order of its queue", false, false);
  add_reading("show", "One request with its members", true, false);
  add_reading("pool", "Who could be sent, and who is busy; for the centre", false, true);

  const auto add_action = [&](CymatAction action, const char* name, const char* help) {
    auto options = std::make_shared<CymatActOptions>();
    options->action = action;
    auto* act = add_command(*cymat, global, chosen, name, help, options);
    act->add_option("REQUEST", options->request, "The request, as list shows it")->required();
    const bool of_member =
        action == CymatAction::agree || action == CymatAction::refuse || action == CymatAction::withdraw;
    if (of_member) act->add_option("MEMBER", options->member, "The member, as show lists it")->required();
    if (action == CymatAction::forward) act->add_option("--note", options->note, "For the centre")->type_name("TEXT");
    if (action == CymatAction::decide) {
      act->add_option("--ruling", options->ruling, "dispatch, advice or declined")->type_name("WORD")->required();
      act->add_flag("--united-response", options->united_response,
                    "政府として一体となった対応が必要; a dispatch needs it");
    }
    if (action == CymatAction::propose) {
      act->add_option("--org", options->organization, "The person's agency")->type_name("SLUG")->required();
      act->add_option("--person", options->person, "The person, as pool lists it")->type_name("ID")->required();
      act->add_flag("--lead", options->lead, "Leads the team");
    }
    if (action == CymatAction::log) {
      act->add_option("--kind", options->kind, "work, advice, information or information_asked")
          ->type_name("WORD")
          ->required();
      act->add_option("--confidentiality", options->confidentiality, "機密性 of the text, 1 or 2")->type_name("N");
    }
    if (action == CymatAction::log || action == CymatAction::report)
      act->add_option("--text", options->text, "What is to be said")->type_name("TEXT")->required();
    const bool with_reason = action == CymatAction::decide || action == CymatAction::refuse ||
                             action == CymatAction::withdraw || action == CymatAction::end;
    if (with_reason) act->add_option("--reason", options->reason, "Why")->type_name("TEXT")->required();
    add_act(*act, *options);
  };
  add_action(CymatAction::forward, "forward", "Forward a corporation's request to the centre");
  add_action(CymatAction::receive, "receive", "Receive a request; for the centre, as what follows");
  add_action(CymatAction::decide, "decide", "Dispatch a team, advise only, or decline");
  add_action(CymatAction::propose, "propose", "Propose a member of a national agency");
  add_action(CymatAction::agree, "agree", "Agree to a member of your agency");
  add_action(CymatAction::refuse, "refuse", "Refuse a member of your agency");
  add_action(CymatAction::withdraw, "withdraw", "Take a member out; what he sees of the case ends");
  add_action(CymatAction::form, "form", "Form the team of those who were agreed to");
  add_action(CymatAction::dispatch, "dispatch", "Send the team: it sees the case from now on");
  add_action(CymatAction::log, "log", "Write into the log of the team, or give it information (m)");
  add_action(CymatAction::end, "end", "End the work; what members see ends");
  add_action(CymatAction::report, "report", "Report on the work");
}

void add_attachment(CLI::App& program, const Global& global, Command& chosen) {
  auto* attachment = program.add_subcommand("attachment", "Files that go with an incident");
  attachment->require_subcommand(1);
  constexpr const char* which = "Id, number (JPS-2018-1) or your own reference";

  auto add_options = std::make_shared<AttachmentAddOptions>();
  auto* add = add_command(*attachment, global, chosen, "add", "Add one: at most 64 MiB, of confidentiality 2 or below", add_options);
  add->add_option("INCIDENT", add_options->incident, which)->required();
  add->add_option("FILE", add_options->file, "The file")->required();
  add->add_option("--name", add_options->name, "Under another name [that of the file]")->type_name("NAME");
  add->add_option("--type", add_options->type, "Its media type [application/octet-stream]")->type_name("TYPE");
  add_act(*add, *add_options);

  auto list_options = std::make_shared<AttachmentListOptions>();
  auto* list = add_command(*attachment, global, chosen, "list", "All of them, oldest first", list_options);
  list->add_option("INCIDENT", list_options->incident, which)->required();
  add_connection(*list, list_options->connection);

  auto get_options = std::make_shared<AttachmentGetOptions>();
  auto* get = add_command(*attachment, global, chosen, "get", "Write one to a new file", get_options);
  get->add_option("INCIDENT", get_options->incident, which)->required();
  get->add_option("ID", get_options->attachment, "The id of the file")->required();
  get->add_option("FILE", get_options->file, "Where it goes; never over a file that is there")->required();
  add_connection(*get, get_options->connection);
}

void add_statistics(CLI::App& program, const Global& global, Command& chosen) {
  auto options = std::make_shared<StatisticsOptions>();
  auto* statistics = add_command(program, global, chosen, "statistics", "Figures of a time range: how many, how late", options);
  statistics->add_flag("--exercise", options->exercise, "Of exercises (訓練), which are in no other figure");
  statistics->add_option("--from", options->from, "From that day or time on [30 days before its end]")->type_name("TIME");
  statistics->add_option("--to", options->to, "Before that day or time [now]")->type_name("TIME");
  add_connection(*statistics, options->connection);
}

void add_relay_switch(CLI::App& program, const Global& global, Command& chosen) {
  auto* relay = program.add_subcommand("relay-switch",
                                       "Whether reports are relayed for your body when it stays silent");
  relay->require_subcommand(1);

  auto show_options = std::make_shared<RelaySwitchShowOptions>();
  auto* show = add_command(*relay, global, chosen, "show", "On or off, and who asked and decided", show_options);
  add_connection(*show, show_options->connection);

  auto ask_options = std::make_shared<RelaySwitchAskOptions>();
  auto* ask = add_command(*relay, global, chosen, "ask", "Ask to switch it; another person decides", ask_options);
  ask->add_option("STATE", ask_options->state, "on or off")->required()->check(CLI::IsMember({"on", "off"}));
  ask->add_option("--reason", ask_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*ask, *ask_options);

  auto decide_options = std::make_shared<RelaySwitchDecideOptions>();
  auto* decide =
      add_command(*relay, global, chosen, "decide", "Decide what another person asked for", decide_options);
  decide->add_option("--decision", decide_options->decision, "approved or rejected")->type_name("WORD")->required();
  decide->add_option("--reason", decide_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*decide, *decide_options);
}

void add_endpoint(CLI::App& program, const Global& global, Command& chosen) {
  auto* endpoint = program.add_subcommand("endpoint", "Where your body's messages go beside its inbox");
  endpoint->require_subcommand(1);

  auto list_options = std::make_shared<EndpointListOptions>();
  auto* list = add_command(*endpoint, global, chosen, "list", "All of them, with what fails", list_options);
  list->add_option("--state", list_options->state, "Only those in that state")
      ->check(CLI::IsMember({"proposed", "active", "rejected", "disabled", "withdrawn"}));
  add_connection(*list, list_options->connection);

  auto channels_options = std::make_shared<EndpointChannelsOptions>();
  auto* channels = add_command(*endpoint, global, chosen, "channels", "Which channels there are, and their settings",
                               channels_options);
  add_connection(*channels, channels_options->connection);

  auto show_options = std::make_shared<EndpointShowOptions>();
  auto* show = add_command(*endpoint, global, chosen, "show", "One endpoint with its settings", show_options);
  show->add_option("ID", show_options->endpoint, "The endpoint")->required();
  add_connection(*show, show_options->connection);

  auto secrets_options = std::make_shared<EndpointSecretsOptions>();
  auto* secrets =
      add_command(*endpoint, global, chosen, "secrets", "What the receiver behind it has to know", secrets_options);
  secrets->add_option("ID", secrets_options->endpoint, "The endpoint")->required();
  add_connection(*secrets, secrets_options->connection);

  auto propose_options = std::make_shared<EndpointProposeOptions>();
  auto* propose = add_command(*endpoint, global, chosen, "propose", "Ask for one; another person decides", propose_options);
  propose->add_option("--channel", propose_options->channel, "webhook, mail, ...: noroshi endpoint channels")
      ->type_name("WORD")
      ->required();
  propose->add_option("--name", propose_options->name, "What your body calls it")->type_name("TEXT")->required();
  propose->add_option("--zone", propose_options->zone, "What lies between")
      ->required()
      ->check(CLI::IsMember({"internet", "government_lan", "closed"}));
  propose->add_option("--set", propose_options->settings, "A setting; NAME=@FILE takes what the file holds")
      ->type_name("NAME=VALUE");
  propose->add_option("--kind", propose_options->kinds, "Only messages of that kind")
      ->check(CLI::IsMember({"report", "relay", "notice", "alarm"}));
  propose->add_option("--role", propose_options->role, "Only alarms for that role")->type_name("ROLE");
  propose->add_option("--severity", propose_options->least_severity, "Only incidents at least as grave")
      ->check(CLI::IsMember({"large_scale", "attack", "ordinary"}));
  add_act(*propose, *propose_options);

  auto decide_options = std::make_shared<EndpointDecideOptions>();
  auto* decide = add_command(*endpoint, global, chosen, "decide", "Decide what another person asked for", decide_options);
  decide->add_option("ID", decide_options->endpoint, "The endpoint")->required();
  decide->add_option("--decision", decide_options->decision, "approved or rejected")->type_name("WORD")->required();
  decide->add_option("--reason", decide_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*decide, *decide_options);

  const auto add_change = [&](const char* name, const char* help, const char* change) {
    auto options = std::make_shared<EndpointChangeOptions>();
    options->change = change;
    auto* command = add_command(*endpoint, global, chosen, name, help, options);
    command->add_option("ID", options->endpoint, "The endpoint")->required();
    command->add_option("--reason", options->reason, "Why")->type_name("TEXT")->required();
    add_act(*command, *options);
  };
  add_change("disable", "Send nothing there until somebody resumes it", "disabling");
  add_change("resume", "Send there again: what two persons approved has not changed", "resumption");
  add_change("withdraw", "Never send there again", "withdrawal");
}

void add_delivery(CLI::App& program, const Global& global, Command& chosen) {
  auto* delivery = program.add_subcommand("delivery", "What became of messages on their way to endpoints");
  delivery->require_subcommand(1);

  auto list_options = std::make_shared<DeliveryListOptions>();
  auto* list = add_command(*delivery, global, chosen, "list", "The latest first", list_options);
  list->add_option("--state", list_options->state, "Only those in that state")
      ->check(CLI::IsMember({"queued", "sent", "delivered", "dead"}));
  list->add_option("--endpoint", list_options->endpoint, "Only those to that endpoint")->type_name("ID");
  list->add_option("--incident", list_options->incident, "Only those of that incident")->type_name("ID");
  add_connection(*list, list_options->connection);

  auto show_options = std::make_shared<DeliveryShowOptions>();
  auto* show = add_command(*delivery, global, chosen, "show", "One delivery with its attempts", show_options);
  show->add_option("ID", show_options->delivery, "The delivery")->required();
  add_connection(*show, show_options->connection);

  auto replay_options = std::make_shared<DeliveryReplayOptions>();
  auto* replay = add_command(*delivery, global, chosen, "replay", "Send again what was given up", replay_options);
  auto* ids = replay->add_option("ID", replay_options->deliveries, "The deliveries");
  auto* of_endpoint =
      replay->add_option("--endpoint", replay_options->endpoint, "All that are dead of that endpoint")->type_name("ID");
  auto* all = replay->add_flag("--all", replay_options->all, "All that are dead");
  of_endpoint->excludes(ids);
  all->excludes(ids)->excludes(of_endpoint);
  replay->add_option("--reason", replay_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*replay, *replay_options);
  replay->callback([replay_options, &global, &chosen] {
    const bool chooses = replay_options->all || !replay_options->endpoint.empty() || !replay_options->deliveries.empty();
    if (!chooses) throw CLI::RequiredError("ID (or --endpoint, or --all)");
    chosen = [replay_options, &global] { return run(*replay_options, global.output()); };
  });
}

const std::vector<std::string> employments{"employee", "seconded", "dispatched", "trainee"};
const std::vector<std::string> posts{"ciso",
                                     "deputy_ciso",
                                     "csirt_head",
                                     "csirt_coordinator",
                                     "external_contact",
                                     "csirt_member",
                                     "information_security_officer",
                                     "section_officer",
                                     "system_security_officer",
                                     "exception_officer",
                                     "cymat_member"};

void add_user(CLI::App& program, const Global& global, Command& chosen) {
  auto* user = program.add_subcommand("user", "The people of your body, their posts, trainings and delegations");
  user->require_subcommand(1);

  auto list_options = std::make_shared<UserListOptions>();
  auto* list = add_command(*user, global, chosen, "list", "Who is there", list_options);
  list->add_option("--post", list_options->post, "Only who holds that post")->check(CLI::IsMember(posts));
  list->add_flag("--left", list_options->left, "Who has left too");
  add_connection(*list, list_options->connection);

  auto show_options = std::make_shared<UserShowOptions>();
  auto* show = add_command(*user, global, chosen, "show", "One person with what he holds", show_options);
  show->add_option("ID", show_options->person, "The person")->required();
  add_connection(*show, show_options->connection);

  auto add_options = std::make_shared<UserAddOptions>();
  auto* add = add_command(*user, global, chosen, "add", "Register a person; prints the id", add_options);
  add->add_option("--name", add_options->name, "The name")->type_name("TEXT")->required();
  add->add_option("--employment", add_options->employment, "How he came under the body's direction [employee]")
      ->check(CLI::IsMember(employments));
  add->add_option("--skill", add_options->skills, "A skill; may be given again")->type_name("TEXT");
  add->add_flag("--cleared", add_options->cleared, "May handle information of confidentiality 3");
  add_act(*add, *add_options);

  auto change_options = std::make_shared<UserChangeOptions>();
  auto* change = add_command(*user, global, chosen, "change", "Change what is known of a person", change_options);
  change->add_option("ID", change_options->person, "The person")->required();
  change->add_option("--name", change_options->name, "The name")->type_name("TEXT");
  change->add_option("--employment", change_options->employment, "As with add")->check(CLI::IsMember(employments));
  change->add_option("--skill", change_options->skills, "All skills, each with its own --skill")->type_name("TEXT");
  change->add_option("--clearance", change_options->cleared, "For confidentiality 3: yes or no")->check(CLI::IsMember({"yes", "no"}));
  add_act(*change, *change_options);

  auto leave_options = std::make_shared<UserLeaveOptions>();
  auto* leave = add_command(*user, global, chosen, "leave", "A person leaves: his posts and turns of duty end", leave_options);
  leave->add_option("ID", leave_options->person, "The person")->required();
  leave->add_option("--reason", leave_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*leave, *leave_options);

  auto appoint_options = std::make_shared<UserAppointOptions>();
  auto* appoint = add_command(*user, global, chosen, "appoint", "Name a person to a post, or end that", appoint_options);
  auto* appointed = appoint->add_option("ID", appoint_options->person, "The person");
  appoint->add_option("--post", appoint_options->post, "The post")->check(CLI::IsMember(posts));
  appoint->add_option("--ground", appoint_options->ground, "expertise, aptitude or office")
      ->check(CLI::IsMember({"expertise", "aptitude", "office"}));
  appoint->add_option("--reason", appoint_options->reason, "More about the ground, or why it ends")->type_name("TEXT");
  appoint->add_option("--from", appoint_options->from, "From when [now]")->type_name("TIME");
  appoint->add_option("--until", appoint_options->until, "Until when [until it is ended]")->type_name("TIME");
  appoint->add_option("--end", appoint_options->end, "The appointment that ends")->type_name("ID")->excludes(appointed);
  add_act(*appoint, *appoint_options);

  auto train_options = std::make_shared<UserTrainOptions>();
  auto* train = add_command(*user, global, chosen, "train", "Record a training", train_options);
  train->add_option("ID", train_options->person, "The person")->required();
  train->add_option("--kind", train_options->kind, "csirt or cymat")->check(CLI::IsMember({"csirt", "cymat"}))->required();
  train->add_option("--course", train_options->course, "What it was")->type_name("TEXT")->required();
  train->add_option("--completed", train_options->completed, "When it was completed")->type_name("TIME")->required();
  train->add_option("--valid-until", train_options->valid_until, "How long it is valid")->type_name("TIME")->required();
  add_act(*train, *train_options);

  auto delegate_options = std::make_shared<UserDelegateOptions>();
  auto* delegate = add_command(*user, global, chosen, "delegate", "Delegate powers of a post, or end that", delegate_options);
  auto* delegator = delegate->add_option("ID", delegate_options->person, "Whose powers they are");
  delegate->add_option("--to-person", delegate_options->to, "Who is to have them")->type_name("ID");
  delegate->add_option("--post", delegate_options->post, "The post")->check(CLI::IsMember(posts));
  delegate->add_option("--power", delegate_options->powers, "be_told, approve, decide or appoint; may be given again")
      ->check(CLI::IsMember({"be_told", "approve", "decide", "appoint"}));
  delegate->add_option("--reason", delegate_options->reason, "Why")->type_name("TEXT");
  delegate->add_option("--from", delegate_options->from, "From when [now]")->type_name("TIME");
  delegate->add_option("--until", delegate_options->until, "Until when")->type_name("TIME");
  delegate->add_option("--end", delegate_options->end, "The delegation that ends")->type_name("ID")->excludes(delegator);
  add_act(*delegate, *delegate_options);

  auto import_options = std::make_shared<UserImportOptions>();
  auto* import = add_command(*user, global, chosen, "import", "Register people from a CSV file, all or none", import_options);
  import->add_option("FILE", import_options->file, "The list; - reads standard input")->required();
  import->add_flag("--dry-run", import_options->dry_run, "List every mistake and store nothing");
  add_act(*import, *import_options);

  auto export_options = std::make_shared<UserExportOptions>();
  add_connection(*add_command(*user, global, chosen, "export", "Who is there, as CSV", export_options),
                 export_options->connection);
}

void add_roster(CLI::App& program, const Global& global, Command& chosen) {
  auto* roster = program.add_subcommand("roster", "Who is on duty");
  roster->require_subcommand(1);

  auto show_options = std::make_shared<RosterShowOptions>();
  auto* show = add_command(*roster, global, chosen, "show", "Who is on duty, and who comes next", show_options);
  show->add_option("--post", show_options->post, "Only for that post")->check(CLI::IsMember(posts));
  show->add_option("--at", show_options->at, "Then [now]")->type_name("TIME");
  add_connection(*show, show_options->connection);

  auto add_options = std::make_shared<RosterAddOptions>();
  auto* add = add_command(*roster, global, chosen, "add", "Set a turn of duty; prints its id", add_options);
  add->add_option("ID", add_options->person, "The person")->required();
  add->add_option("--post", add_options->post, "For which post")->check(CLI::IsMember(posts))->required();
  add->add_option("--from", add_options->from, "From when")->type_name("TIME")->required();
  add->add_option("--until", add_options->until, "Until when")->type_name("TIME")->required();
  add->add_flag("--override", add_options->overrides, "Stands above the regular turns while it lasts");
  add_act(*add, *add_options);

  auto cancel_options = std::make_shared<RosterCancelOptions>();
  auto* cancel = add_command(*roster, global, chosen, "cancel", "Cancel a turn of duty", cancel_options);
  cancel->add_option("ID", cancel_options->shift, "The turn")->required();
  cancel->add_option("--reason", cancel_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*cancel, *cancel_options);

  auto calendar_options = std::make_shared<RosterCalendarOptions>();
  add_connection(*add_command(*roster, global, chosen, "calendar", "All turns as an iCalendar", calendar_options),
                 calendar_options->connection);
}

void add_duties(CLI::App& program, const Global& global, Command& chosen) {
  auto options = std::make_shared<ObligationsOptions>();
  auto* obligations =
      add_command(program, global, chosen, "obligations", "Duties, the late ones first", options);
  obligations->add_option("--state", options->state, "open, fulfilled, waived or superseded")
      ->check(CLI::IsMember({"open", "fulfilled", "waived", "superseded"}));
  obligations->add_flag("--overdue", options->overdue, "Only those past their time");
  obligations->add_option("--holder", options->holder, "Only duties of that body")->type_name("SLUG");
  obligations->add_option("--recipient", options->recipient, "Only duties towards that body")
      ->type_name("SLUG");
  obligations->add_option("--incident", options->incident, "Only those of that incident")->type_name("ID");
  add_connection(*obligations, options->connection);

  add_obligation(program, global, chosen);

  auto alarm_options = std::make_shared<AlarmsOptions>();
  auto* alarms = add_command(program, global, chosen, "alarms",
                             "What was not done in time, or cannot be routed", alarm_options);
  add_connection(*alarms, alarm_options->connection);

  auto watch_options = std::make_shared<WatchOptions>();
  auto* watch =
      add_command(program, global, chosen, "watch",
                  "What happens, as it happens; JSON Lines with --json; Ctrl-C ends", watch_options);
  watch->add_option("--after", watch_options->after, "Go on after that cursor of the stream [now]")
      ->type_name("CURSOR");
  watch->add_flag("--all", watch_options->all, "Also events that nobody has to act on");
  add_connection(*watch, watch_options->connection);
}

// Commands at the machine: they take the database from the options that stand before the command.
template <class Options>
CLI::App* add_local_command(CLI::App& parent, const Global& global, Command& chosen, const char* name,
                            const char* help, std::shared_ptr<Options> options) {
  auto* app = parent.add_subcommand(name, help);
  app->callback([options, &global, &chosen] {
    chosen = [options, &global] {
      options->database = global.database;
      return run(*options, global.output());
    };
  });
  return app;
}

void add_holder(CLI::App& command, HolderOptions& options) {
  command.add_option("--org", options.organization, "The body")->type_name("SLUG")->required();
  command.add_option("--role", options.role, "What its holder may do")->type_name("ROLE")->required();
  command.add_option("--name", options.name, "Whose it is; stands in the record")->type_name("TEXT");
  command.add_option("--person", options.person, "Of the body's staff, to whom it is bound (noroshi user list)")
      ->type_name("ID");
  command.add_option("--expires", options.expires, "P90D, PT12H [never]")->type_name("DURATION");
}

void add_token(CLI::App& program, const Global& global, Command& chosen) {
  auto* token =
      program.add_subcommand("token", "Bearer tokens; needs --data or --database-url, the daemon up or down");
  token->require_subcommand(1);
  auto issue_options = std::make_shared<TokenIssueOptions>();
  auto* issue = add_local_command(*token, global, chosen, "issue",
                                  "Make a token and print it alone; shown this once", issue_options);
  add_holder(*issue, *issue_options);
  issue->add_option("--signing-key", issue_options->signing_key, "Its holder's public key, PEM; he may sign what he sends")
      ->type_name("FILE");
  issue->add_option("--registry", issue_options->registry, "The daemon's registry, where it has its own")
      ->type_name("DIR");
  add_local_command(*token, global, chosen, "list", "All tokens, without their secrets",
                    std::make_shared<TokenListOptions>());
  auto revoke_options = std::make_shared<TokenRevokeOptions>();
  add_local_command(*token, global, chosen, "revoke", "End a token; within a second the daemon knows",
                    revoke_options)
      ->add_option("ID", revoke_options->id, "As listed")
      ->required();
}

void add_account(CLI::App& program, const Global& global, Command& chosen) {
  auto* account = program.add_subcommand(
      "account", "Persons who sign in by the page; needs --data or --database-url, the daemon up or down");
  account->require_subcommand(1);
  auto add_options = std::make_shared<AccountAddOptions>();
  auto* add = add_local_command(*account, global, chosen, "add",
                                "Make an account and print its set-up link alone: good once, for 30 minutes", add_options);
  add_holder(*add, *add_options);
  add->add_option("--login", add_options->login, "duty-1: within the body, [a-z0-9][a-z0-9._-]{1,39}")->type_name("LOGIN")->required();
  add->add_option("--registry", add_options->registry, "The daemon's registry, where it has its own")->type_name("DIR");
  add->add_option("--url", add_options->url, "Where the page is [of the configuration]")->type_name("URL");
  auto link_options = std::make_shared<AccountLinkOptions>();
  auto* link = add_local_command(*account, global, chosen, "link",
                                 "A new set-up link; what he signs in with now is good until it is used", link_options);
  link->add_option("LOGIN", link_options->login, "As at sign-in: jps/duty-1")->required();
  link->add_option("--url", link_options->url, "Where the page is [of the configuration]")->type_name("URL");
  add_local_command(*account, global, chosen, "list", "All accounts, revoked ones too", std::make_shared<AccountListOptions>());
  auto revoke_options = std::make_shared<AccountRevokeOptions>();
  add_local_command(*account, global, chosen, "revoke", "End an account; its sessions end within a second", revoke_options)
      ->add_option("LOGIN", revoke_options->login, "As at sign-in: jps/duty-1")
      ->required();
}

// What an auditor asks of the record.
void add_audit(CLI::App& record, const Global& global, Command& chosen) {
  auto show_options = std::make_shared<RecordShowOptions>();
  add_local_command(record, global, chosen, "show", "How far it goes, who signed it; or one incident as a story",
                    show_options)
      ->add_option("--incident", show_options->incident, "The chronology of this incident")
      ->type_name("INCIDENT");

  auto events_options = std::make_shared<RecordEventsOptions>();
  auto* events = add_local_command(record, global, chosen, "events", "Events one by one; JSON Lines with --json",
                                   events_options);
  events->add_option("--incident", events_options->incident, "Only of this incident")->type_name("INCIDENT");
  events->add_option("--type", events_options->type, "Only of this type: report.received")->type_name("TYPE");
  events->add_option("--organization", events_options->organization, "Only acts of this body")->type_name("SLUG");
  events->add_option("--from", events_options->from, "Only from then on; a day or a time")->type_name("TIME");
  events->add_option("--to", events_options->to, "Only before")->type_name("TIME");
  events->add_flag("--csv", events_options->csv, "Comma-separated values, for a spreadsheet");

  auto export_options = std::make_shared<RecordExportOptions>();
  auto* exporting = add_local_command(record, global, chosen, "export",
                                      "Write a file that shows by itself that nothing was altered", export_options);
  exporting->add_option("FILE", export_options->file, "- writes standard output")->required();
  auto* incident = exporting->add_option("--incident", export_options->incident, "Only this incident [everything]")
                       ->type_name("INCIDENT");
  exporting->add_option("--from", export_options->from, "Only what happened from then on; a day or a time")
      ->type_name("TIME")
      ->excludes(incident);
  exporting->add_option("--to", export_options->to, "Only what happened before")->type_name("TIME")->excludes(incident);

  auto verify_options = std::make_shared<RecordVerifyOptions>();
  auto* verify = add_local_command(record, global, chosen, "verify",
                                   "Is it whole and unaltered? A file needs no daemon; exit 1: altered", verify_options);
  verify->add_option("FILE", verify_options->file, "What record export wrote; - reads standard input [the database]");
  verify->add_option("--key", verify_options->keys, "A key that was published, as record keys shows it, or a file of them")
      ->type_name("KEY")
      ->take_all()
      ->expected(1);
  verify->add_option("--checkpoint", verify_options->checkpoints, "A checkpoint that was kept elsewhere")
      ->type_name("FILE")
      ->take_all()
      ->expected(1);
  verify->add_option("--receipt", verify_options->receipts, "The answer to a report, with its receipt")
      ->type_name("FILE")
      ->take_all()
      ->expected(1);
  verify->add_flag("--tables", verify_options->tables, "Also fold the events again and compare every table");
}

void add_record_witness(CLI::App& record, const Global& global, Command& chosen) {
  auto* witness = record.add_subcommand("witness", "Who may cosign checkpoints; needs --data or --database-url");
  witness->require_subcommand(1);
  auto add_options = std::make_shared<RecordWitnessAddOptions>();
  add_local_command(*witness, global, chosen, "add", "Register a witness by its key", add_options)
      ->add_option("KEY", add_options->key, "The line that noroshi-witness key prints: name+hash+base64")
      ->required();
  add_local_command(*witness, global, chosen, "list", "All witnesses, and when each cosigned last",
                    std::make_shared<RecordWitnessListOptions>());
  auto remove_options = std::make_shared<RecordWitnessRemoveOptions>();
  add_local_command(*witness, global, chosen, "remove", "Take no more cosignatures of a witness", remove_options)
      ->add_option("NAME", remove_options->name, "As listed")
      ->required();
}

void add_record_keys(CLI::App& record, const Global& global, Command& chosen) {
  add_local_command(record, global, chosen, "keys", "Its public keys in the form in which they are pinned",
                    std::make_shared<RecordKeysOptions>());
  add_local_command(record, global, chosen, "rotate-key", "Add a key beside the present one; needs --data",
                    std::make_shared<RotateKeyOptions>());
  auto retire_options = std::make_shared<RetireKeyOptions>();
  auto* retire = add_local_command(record, global, chosen, "retire-key", "End a key once all know the next; needs --data",
                                   retire_options);
  retire->add_option("ID", retire_options->key, "As listed")->required();
  retire->add_option("--reason", retire_options->reason, "Why; stands in the record")->type_name("TEXT")->required();
}

void add_content_key(CLI::App& program, const Global& global, Command& chosen) {
  auto* keys = program.add_subcommand("content-key", "What seals the content of cases at rest; needs --data, or --database-url and --content-keys");
  keys->require_subcommand(1);
  add_local_command(*keys, global, chosen, "list", "The keys, and how many cases each wraps", std::make_shared<ContentKeyListOptions>());
  auto add_options = std::make_shared<ContentKeyAddOptions>();
  add_local_command(*keys, global, chosen, "add", "Make a key, to be copied before it is used", add_options)
      ->add_option("--epoch", add_options->epoch, "Its name [today]")
      ->type_name("NAME");
  auto use_options = std::make_shared<ContentKeyUseOptions>();
  add_local_command(*keys, global, chosen, "use", "Wrap new cases by that key", use_options)
      ->add_option("EPOCH", use_options->epoch, "As listed")
      ->required();
  add_local_command(*keys, global, chosen, "rewrap", "Wrap the cases there are by the key in use, the daemon at work",
                    std::make_shared<ContentKeyRewrapOptions>());
  auto drop_options = std::make_shared<ContentKeyDropOptions>();
  add_local_command(*keys, global, chosen, "drop", "Delete a key that wraps nothing: older backups become unreadable", drop_options)
      ->add_option("EPOCH", drop_options->epoch, "As listed")
      ->required();
}

void add_record_continue(CLI::App& record, const Global& global, Command& chosen) {
  auto options = std::make_shared<RecordContinueOptions>();
  add_local_command(record, global, chosen, "continue",
                    "Begin a new tree after a loss: what was signed is gone; needs --data", options)
      ->add_option("--reason", options->reason, "What happened; stands in the record")
      ->type_name("TEXT")
      ->required();
}

void add_record(CLI::App& program, const Global& global, Command& chosen) {
  auto* record = program.add_subcommand("record", "The record: evidence that nobody can alter unseen");
  record->require_subcommand(1);
  add_audit(*record, global, chosen);
  add_record_keys(*record, global, chosen);
  add_record_continue(*record, global, chosen);
  add_record_witness(*record, global, chosen);
}

template <class Options>
void add_config_command(CLI::App& config, const Global& global, Command& chosen, const char* name,
                        const char* help) {
  auto options = std::make_shared<Options>();
  auto* command = add_local_command(config, global, chosen, name, help, options);
  command->add_option("--config", options->config, "Instead of DIR/noroshi.toml")->type_name("FILE");
  command->add_option("--listen", options->listen, "As noroshid is given it")->type_name("HOST:PORT");
  command->add_option("--registry", options->registry, "As noroshid is given it")->type_name("DIR");
  command->add_option("--editions", options->editions, "As noroshid is given it")->type_name("DIR");
}

void add_config(CLI::App& program, const Global& global, Command& chosen) {
  auto* config =
      program.add_subcommand("config", "The daemon's configuration, read as noroshid would; needs --data");
  config->require_subcommand(1);
  add_config_command<ConfigCheckOptions>(
      *config, global, chosen, "check",
      "Every mistake with its place, or ok; exit 78: noroshid would not start");
  add_config_command<ConfigShowOptions>(*config, global, chosen, "show",
                                        "What is in force, as TOML, and the target of every duty");
}

void add_machine(CLI::App& program, const Global& global, Command& chosen) {
  auto migrate_options = std::make_shared<MigrateOptions>();
  add_local_command(program, global, chosen, "migrate", "Bring the schema to this version", migrate_options)
      ->add_flag("--dry-run", migrate_options->dry_run, "Only list what would run");

  auto doctor_options = std::make_shared<DoctorOptions>();
  auto* doctor = add_local_command(program, global, chosen, "doctor",
                                   "Is everything there that noroshid needs?", doctor_options);
  doctor->add_option("--registry", doctor_options->registry, "The daemon's registry")->type_name("DIR");
  doctor->add_option("--editions", doctor_options->editions, "The daemon's editions")->type_name("DIR");

  auto demo_options = std::make_shared<DemoOptions>();
  auto* demo =
      program.add_subcommand("demo", "A daemon of its own in its own folder, with real cases replayed");
  demo->callback([demo_options, &global, &chosen] {
    chosen = [demo_options, &global] {
      demo_options->data = global.database.data;
      return run(*demo_options, global.output());
    };
  });
  demo->add_option(
          "--speed", demo_options->speed,
          "Let the clock run N times as fast: 10000 shows 21 days in three minutes [0: without waiting]")
      ->type_name("N")
      ->check(CLI::Range(0.0, 1e6));
  demo->add_option("--listen", demo_options->listen, "Where it serves [127.0.0.1:8443, else a free port]")
      ->type_name("HOST:PORT");
  demo->add_flag("--exit", demo_options->once, "End after the replay");
}

void add_sealing_keys(CLI::App& sealing, const Global& global, Command& chosen) {
  auto keys_options = std::make_shared<SealingKeysOptions>();
  auto* keys = add_command(sealing, global, chosen, "keys", "Your body's keys at the daemon, or another's active ones", keys_options);
  keys->add_option("--org", keys_options->organization, "That body's")->type_name("SLUG");
  add_connection(*keys, keys_options->connection);

  auto propose_options = std::make_shared<SealingProposeOptions>();
  auto* propose = add_command(sealing, global, chosen, "propose", "Ask for a key; another person decides", propose_options);
  propose->add_option("FILE", propose_options->file, "The public half")->required();
  propose->add_option("--name", propose_options->name, "What you call it")->type_name("TEXT")->required();
  add_act(*propose, *propose_options);

  auto decide_options = std::make_shared<SealingDecideOptions>();
  auto* decide = add_command(sealing, global, chosen, "decide", "Decide what another person asked for", decide_options);
  decide->add_option("ID", decide_options->id, "The key")->required();
  decide->add_option("--decision", decide_options->decision, "approved or rejected")->type_name("WORD")->required();
  decide->add_option("--reason", decide_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*decide, *decide_options);

  auto revoke_options = std::make_shared<SealingRevokeOptions>();
  auto* revoke = add_command(sealing, global, chosen, "revoke", "Nothing more is sealed to it", revoke_options);
  revoke->add_option("ID", revoke_options->id, "The key")->required();
  revoke->add_option("--reason", revoke_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*revoke, *revoke_options);
}

void add_sealing(CLI::App& program, const Global& global, Command& chosen) {
  auto* sealing = program.add_subcommand("sealing", "Keys of your own, texts that only they open, and your body's keys for annexes");
  sealing->require_subcommand(1);
  const auto add_files = [](CLI::App& app, auto& options) {
    app.add_option("IN", options.in, "What is read [standard input]");
    app.add_option("--out", options.out, "A new file, mode 0600 [standard output]")->type_name("FILE");
  };

  auto make_options = std::make_shared<SealingMakeKeyOptions>();
  add_command(*sealing, global, chosen, "make-key", "Make a private key; prints its public half", make_options)
      ->add_option("FILE", make_options->file, "A new file, mode 0600")
      ->required();

  auto public_options = std::make_shared<SealingPublicOptions>();
  add_command(*sealing, global, chosen, "public", "The public half of a private key", public_options)
      ->add_option("FILE", public_options->file, "The private key")
      ->required();

  auto seal_options = std::make_shared<SealingSealOptions>();
  auto* seal = add_command(*sealing, global, chosen, "seal", "Seal a text so that only these keys open it", seal_options);
  seal->add_option("--to", seal_options->to, "A public key, once for each receiver")
      ->type_name("FILE")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false)  // what follows it is IN
      ->required();
  seal->add_option("--aad", seal_options->aad, "To what it belongs: readable, and bound to the text")->type_name("TEXT");
  add_files(*seal, *seal_options);

  auto open_options = std::make_shared<SealingOpenOptions>();
  auto* open = add_command(*sealing, global, chosen, "open", "Open what was sealed to a key", open_options);
  open->add_option("--key", open_options->key, "Your private key")->type_name("FILE")->required();
  add_files(*open, *open_options);

  auto rewrap_options = std::make_shared<SealingRewrapOptions>();
  auto* rewrap = add_command(*sealing, global, chosen, "rewrap", "Add a receiver to what you can open", rewrap_options);
  rewrap->add_option("--key", rewrap_options->key, "Your private key")->type_name("FILE")->required();
  rewrap->add_option("--to", rewrap_options->to, "The public key that is added")->type_name("FILE")->required();
  add_files(*rewrap, *rewrap_options);
  add_sealing_keys(*sealing, global, chosen);
}

void add_annex(CLI::App& program, const Global& global, Command& chosen) {
  auto* annex = program.add_subcommand("annex", "Annexes of confidentiality 3: asked for, permitted, sealed, opened");
  annex->require_subcommand(1);
  const auto id = [](CLI::App& app, std::string& into) { app.add_option("ID", into, "The annex")->required(); };

  auto ask_options = std::make_shared<AnnexAskOptions>();
  auto* ask = add_command(*annex, global, chosen, "ask", "Ask for the permission of a section officer", ask_options);
  ask->add_option("INCIDENT", ask_options->incident, "Id, number (JPS-2018-1) or your own reference")->required();
  ask->add_option("--name", ask_options->name, "What it is, in words of confidentiality 2 or below")->type_name("TEXT")->required();
  add_act(*ask, *ask_options);

  auto permit_options = std::make_shared<AnnexPermitOptions>();
  auto* permit = add_command(*annex, global, chosen, "permit", "Permit it, or refuse; a section officer who did not ask", permit_options);
  id(*permit, permit_options->annex);
  permit->add_option("--decision", permit_options->decision, "approved or rejected")->type_name("WORD")->required();
  permit->add_option("--reason", permit_options->reason, "Why")->type_name("TEXT")->required();
  add_act(*permit, *permit_options);

  auto list_options = std::make_shared<AnnexListOptions>();
  auto* list = add_command(*annex, global, chosen, "list", "Those of an incident, or all that your body sees", list_options);
  list->add_option("INCIDENT", list_options->incident, "Id, number or reference");
  list->add_option("--state", list_options->state, "Only those in that state")
      ->check(CLI::IsMember({"asked", "permitted", "refused", "sealed"}));
  add_connection(*list, list_options->connection);

  auto show_options = std::make_shared<AnnexShowOptions>();
  auto* show = add_command(*annex, global, chosen, "show", "One annex, and to which keys it is sealed", show_options);
  id(*show, show_options->annex);
  add_connection(*show, show_options->connection);

  auto send_options = std::make_shared<AnnexSendOptions>();
  auto* send = add_command(*annex, global, chosen, "send", "Seal a file to the keys of all receivers, here, and send it", send_options);
  id(*send, send_options->annex);
  send->add_option("IN", send_options->in, "What is sealed [standard input]");
  add_act(*send, *send_options);

  auto open_options = std::make_shared<AnnexOpenOptions>();
  auto* open = add_command(*annex, global, chosen, "open", "Open an annex, here, with your own key", open_options);
  id(*open, open_options->annex);
  open->add_option("--key", open_options->key, "Your private key")->type_name("FILE")->required();
  open->add_option("--out", open_options->out, "A new file, mode 0600 [standard output]")->type_name("FILE");
  add_connection(*open, open_options->connection);

  auto rewrap_options = std::make_shared<AnnexRewrapOptions>();
  auto* rewrap = add_command(*annex, global, chosen, "rewrap", "Add a body to an annex that you can open", rewrap_options);
  id(*rewrap, rewrap_options->annex);
  rewrap->add_option("--key", rewrap_options->file, "Your private key")->type_name("FILE")->required();
  rewrap->add_option("--to", rewrap_options->to, "The body that is added")->type_name("SLUG")->required();
  add_connection(*rewrap, rewrap_options->connection);

  auto unreadable_options = std::make_shared<AnnexUnreadableOptions>();
  auto* unreadable = add_command(*annex, global, chosen, "unreadable", "Say, by your signature, that you cannot open it", unreadable_options);
  id(*unreadable, unreadable_options->annex);
  unreadable->add_option("--reason", unreadable_options->reason, "Why")->type_name("TEXT")->required();
  unreadable->add_option("--sign-with", unreadable_options->sign_with, "Your signing key, PEM")->type_name("FILE")->required();
  add_act(*unreadable, *unreadable_options);
}

void add_bundle(CLI::App& program, const Global& global, Command& chosen) {
  auto* bundle = program.add_subcommand("bundle", "What a person carries where no line goes");
  bundle->require_subcommand(1);

  auto open_options = std::make_shared<BundleOpenOptions>();
  auto* open = add_command(*bundle, global, chosen, "open",
                           "Verify, open and show one; exit 1: not the sender's, altered, or others are missing", open_options);
  open->add_option("FILE", open_options->file, "The bundle")->required();
  open->add_option("--key", open_options->key, "Your private key (noroshi sealing make-key)")->type_name("FILE")->required();
  open->add_option("--sender-key", open_options->sender_key, "The sender's public key, base64, or a file with it")
      ->type_name("KEY")
      ->required();
  open->add_option("--state", open_options->state, "What was opened before; made and kept up by this command")->type_name("FILE");
  open->add_option("--out", open_options->out, "Also the report as it was received, into a new file")->type_name("FILE");
  auto* receipt = open->add_option("--receipt", open_options->receipt, "A new file to carry back: it acknowledges")->type_name("FILE");
  auto* by = open->add_option("--by", open_options->by, "The person who has read it")->type_name("NAME")->needs(receipt);
  receipt->needs(by);

  add_local_command(*bundle, global, chosen, "list", "What waits in the data folder to be carried",
                    std::make_shared<BundleListOptions>());

  auto receipt_options = std::make_shared<BundleReceiptOptions>();
  auto* back = add_command(*bundle, global, chosen, "receipt", "Acknowledge with a receipt that was carried back", receipt_options);
  back->add_option("FILE", receipt_options->file, "The receipt; - reads standard input")->required();
  add_connection(*back, receipt_options->connection);
}

void add_global(CLI::App& program, Global& global) {
  program.set_version_flag("--version", "noroshi " NOROSHI_VERSION);
  program.add_option("--lang", global.language, "Language of the output [LANG, else ja]")
      ->check(CLI::IsMember({"ja", "en"}));
  program.add_flag("--json", global.json, "JSON instead of tables");
  program
      .add_option("--data", global.database.data,
                  "Data folder of the daemon (account, token, record, config, migrate, doctor, demo)")
      ->type_name("DIR");
  program
      .add_option("--database-url", global.database.database_url,
                  "Database of the daemon, where it is not its own")
      ->type_name("URL");
  program
      .add_option("--content-keys", global.database.content_keys,
                  "Keys of what people wrote of cases [DIR/keys/content]")
      ->type_name("DIR");
  program.require_subcommand(1);
  program.fallthrough();
}

// Before the command line is parsed, which may end in the help.
Language language_of_help(int argc, char** argv) {
  std::string_view wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--lang" && i + 1 < argc) wanted = argv[i + 1];
    if (word.starts_with("--lang=")) wanted = word.substr(std::string_view("--lang=").size());
  }
  return language_from(wanted);
}

void describe_in_japanese(CLI::App& app, const std::string& command) {
  if (const auto words = japanese_help(command); !words.empty()) app.description(std::string(words));
  for (auto* below : app.get_subcommands([](const CLI::App*) { return true; }))
    describe_in_japanese(*below, command.empty() ? below->get_name() : command + " " + below->get_name());
}

int run_program(int argc, char** argv) {
  Global global;
  Command chosen;
  CLI::App program(
      "Reports of cyber incidents under section 2.2.4 of the Common Standards (政府機関等の統一基準)",
      "noroshi");
  add_global(program, global);
  add_route(program, global, chosen);
  add_report(program, global, chosen);
  add_inbox(program, global, chosen);
  add_incident(program, global, chosen);
  add_assign(program, global, chosen);
  add_duties(program, global, chosen);
  add_handle(program, global, chosen);
  add_label(program, global, chosen);
  add_inquiry(program, global, chosen);
  add_notice(program, global, chosen);
  add_waiver(program, global, chosen);
  add_cymat(program, global, chosen);
  add_relay_switch(program, global, chosen);
  add_statistics(program, global, chosen);
  add_attachment(program, global, chosen);
  add_endpoint(program, global, chosen);
  add_delivery(program, global, chosen);
  add_sealing(program, global, chosen);
  add_bundle(program, global, chosen);
  add_annex(program, global, chosen);
  add_account(program, global, chosen);
  add_token(program, global, chosen);
  add_user(program, global, chosen);
  add_roster(program, global, chosen);
  add_content_key(program, global, chosen);
  add_record(program, global, chosen);
  add_config(program, global, chosen);
  add_machine(program, global, chosen);
  const bool ja = language_of_help(argc, argv) == Language::ja;
  if (ja) describe_in_japanese(program, "");
  program.footer(ja ? japanese_footer : footer);  // last: a command made after it would repeat it in its own help
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? exit_ok : exit_usage;
  }
  return chosen();
}

}  // namespace
}  // namespace noroshi::cli

int main(int argc, char** argv) {
  using namespace noroshi::cli;
  signal(SIGPIPE, SIG_IGN);  // a daemon that goes away while we write to it is an error value, not our death
  int code = exit_internal;
  try {
    code = run_program(argc, argv);
  } catch (const std::exception& error) {
    complain({language_from("")},
             {std::string("内部エラー: ") + error.what(), std::string("internal error: ") + error.what()});
  }
  // An answer that did not reach its reader is no success.
  if ((std::fflush(stdout) != 0 || std::ferror(stdout) != 0) && code == exit_ok) code = exit_failed;
  return code;
}
