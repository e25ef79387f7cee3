#include "src/cli/record_read.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "routing/time.h"
#include "src/app/law.h"
#include "src/app/record_words.h"
#include "src/cli/chronology.h"
#include "src/cli/record_incident.h"
#include "src/cli/record_sealing.h"
#include "src/cli/table.h"
#include "src/codec/answer_context.h"
#include "src/codec/json_writer.h"
#include "src/codec/record_views.h"
#include "src/record/encodings.h"
#include "src/store/migrations.h"
#include "src/store/record_reader.h"
#include "src/store/record_state.h"

namespace noroshi::cli {
namespace {

using codec::JsonWriter;

constexpr std::size_t page = 512;
constexpr std::size_t last_events = 10;
constexpr std::uint64_t no_end = ~std::uint64_t{0};

std::unique_ptr<store::Connection> patient_owner(const DatabaseVisit& visit) {
  return std::make_unique<store::Connection>(store::for_migrations(visit.settings()), store::DatabaseRole::owner);
}

// -- record show -------------------------------------------------------------------------------------------

struct RecordState {
  std::vector<store::StoredOrigin> origins;
  std::optional<store::StoredCheckpoint> checkpoint;  // the highest of the last tree
  std::vector<store::StoredKey> keys;
  std::vector<store::StoredWitness> witnesses;
  store::StoredSealing sealing;
  std::optional<store::RecordFault> stopped;  // why nothing is sealed
  std::uint64_t unsigned_of_ended = 0;        // events of trees that ended, under no checkpoint
  std::string entries;                        // the last events

  const std::string& origin() const { return origins.back().origin.name; }
  // Events of the tree that grows, and without a number, that nothing is signed for yet.
  std::uint64_t behind() const {
    const auto begin = origins.empty() ? 0 : origins.back().origin.first_sequence;
    const auto end = begin + (checkpoint ? checkpoint->size : 0);
    return sealing.highest_after - std::min(sealing.highest_after, end) + sealing.unnumbered;
  }
};

std::vector<std::string> names_of(const RecordState& state, const store::StoredKey& key) {
  std::vector<std::string> names;
  for (const auto& named : store::note_keys({state.origins.back()}, {key})) names.push_back(record::to_string(named));
  return names;
}

std::string render(const RecordState& state, Language language) {
  const bool ja = language == Language::ja;
  std::string out;
  const auto line = [&out](std::string_view label, const std::string& value) {
    out += fmt::format("{}: {}\n", label, printable(value));
  };
  if (state.origins.empty()) return ja ? "記録はまだ始まっていません。\n" : "The record has not begun.\n";
  if (state.stopped) {
    const auto words = app::words_of(*state.stopped);
    line(ja ? "封印の停止" : "SEALING HAS STOPPED", ja ? words.ja : words.en);
  }
  line(ja ? "木" : "tree", state.origin());
  line(ja ? "出来事" : "events", std::to_string(state.sealing.highest_after));
  if (state.checkpoint) {
    line(ja ? "署名済み" : "signed for",
         fmt::format(fmt::runtime(ja ? "{} 件（{}）" : "{} ({})"), state.checkpoint->size,
                     shown_second(state.checkpoint->signed_at)));
    line(ja ? "根" : "root", record::to_base64(state.checkpoint->root));
  }
  const auto all = state.behind() + state.unsigned_of_ended;
  line(
      ja ? "未署名" : "not signed for yet",
      state.unsigned_of_ended == 0
          ? std::to_string(all)
          : fmt::format(fmt::runtime(ja ? "{} 件（うち {} 件は終わった木にあり、次の木の最初の出来事がその根を記す）"
                                        : "{} ({} in a tree that ended, whose root the next tree's first event names)"),
                        all, state.unsigned_of_ended));
  for (const auto& key : state.keys)
    for (const auto& name : names_of(state, key))
      line(ja ? "鍵" : "key", key.retired_at ? fmt::format(fmt::runtime(ja ? "{}（{} に廃止）" : "{} (retired {})"),
                                                           name, shown_second(*key.retired_at))
                                             : name);
  if (state.checkpoint)
    for (const auto& cosignature : state.checkpoint->cosignatures)
      line(ja ? "連署" : "cosigned by",
           fmt::format("{} {}", cosignature.witness, shown_second(cosignature.cosigned_at)));
  for (const auto& origin : state.origins)
    if (&origin != &state.origins.back())
      line(ja ? "以前の木" : "earlier tree",
           fmt::format(fmt::runtime(ja ? "{}（出来事 {} から）" : "{} (from event {})"), origin.origin.name,
                       origin.origin.first_sequence));
  return out + (ja ? "\n最近の出来事\n" : "\nThe last events\n") + state.entries;
}

std::string json_of(const RecordState& state, Language language) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().name("origins").begin_array();
  for (const auto& origin : state.origins)
    out.begin_object()
        .member("name", origin.origin.name)
        .member("first_sequence", origin.origin.first_sequence)
        .end_object();
  out.end_array()
      .member("events", state.sealing.highest_after)
      .member("unsigned_events", state.behind() + state.unsigned_of_ended);
  out.member("unsigned_events_of_ended_trees", state.unsigned_of_ended).name("stopped");
  if (state.stopped) {
    const auto words = app::words_of(*state.stopped);
    out.begin_object()
        .member("reason", store::to_string(state.stopped->kind()))
        .member("text", language == Language::ja ? words.ja : words.en)
        .end_object();
  } else {
    out.null();
  }
  out.name("checkpoint");
  if (state.checkpoint) {
    out.begin_object()
        .member("origin", state.origin())
        .member("size", state.checkpoint->size)
        .member("root", record::to_base64(state.checkpoint->root))
        .member("signed_at", format_rfc3339(state.checkpoint->signed_at))
        .member("note", state.checkpoint->whole_note())
        .name("cosignatures")
        .begin_array();
    for (const auto& cosignature : state.checkpoint->cosignatures)
      out.begin_object()
          .member("witness", cosignature.witness)
          .member("cosigned_at", format_rfc3339(cosignature.cosigned_at))
          .end_object();
    out.end_array().end_object();
  } else {
    out.null();
  }
  out.name("keys").begin_array();
  for (const auto& key : state.keys) {
    out.begin_object()
        .member("id", key.id)
        .member("registered_at", format_rfc3339(key.registered_at))
        .name("retired_at");
    key.retired_at ? out.value(format_rfc3339(*key.retired_at)) : out.null();
    out.name("names").begin_array();
    if (!state.origins.empty())
      for (const auto& name : names_of(state, key)) out.value(name);
    out.end_array().end_object();
  }
  out.end_array().name("witnesses").begin_array();
  for (const auto& witness : state.witnesses) out.value(record::to_string(witness.key));
  out.end_array().end_object();
  return text;
}

// Signed for by no checkpoint when the next tree began.
std::uint64_t unsigned_of_ended_trees(store::Transaction& transaction,
                                      const std::vector<store::StoredOrigin>& origins) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i + 1 < origins.size(); ++i) {
    const auto held = origins[i + 1].origin.first_sequence - origins[i].origin.first_sequence;
    const auto checkpoint = store::highest_checkpoint(transaction, origins[i].ordinal);
    count += held - std::min(held, checkpoint ? checkpoint->size : 0);
  }
  return count;
}

// The last events; each told with what came before it in its incident, so that it can name duties and messages.
std::string entries_of(store::Transaction& transaction, std::uint64_t end, Language language) {
  struct Last {
    std::string incident;
    core::Event event;
  };
  std::map<std::uint64_t, Last> last;
  store::read_events(transaction, end - std::min<std::uint64_t>(end, last_events), last_events,
                     [&](store::StoredEvent event) {
                       if (auto decoded = record::decode(event.leaf, event.openings))
                         last.emplace(*event.sequence, Last{event.incident, std::move(*decoded)});
                     });
  std::map<std::string, std::pair<std::string, Chronology>> stories;  // by incident: number, and what it knows
  std::map<std::uint64_t, std::string> entries;
  for (const auto& [sequence, one] : last) {
    if (stories.contains(one.incident)) continue;
    const auto number = store::read_label(transaction, one.incident).number;
    auto& story = stories.emplace(one.incident, std::pair{number, Chronology(language)}).first->second.second;
    if (number.empty()) continue;
    store::read_events_of(transaction, one.incident, [&](const store::StoredEvent& stored) {
      const auto event = record::decode(stored.leaf, stored.openings);
      if (!event) return;
      auto entry = story.entry(*event, stored.sequence, number);
      if (stored.sequence && last.contains(*stored.sequence)) entries[*stored.sequence] = std::move(entry);
    });
  }
  std::string text;
  for (const auto& [sequence, one] : last) {
    const auto told = entries.find(sequence);
    text += told != entries.end() ? told->second : stories.at(one.incident).second.entry(one.event, sequence);
  }
  return text;
}

int show_record(const DatabaseVisit& visit, store::Connection& owner, const DatabaseOptions& options,
                const Output& output) {
  store::Transaction transaction(owner, store::Isolation::repeatable_read, store::Access::read_only);
  RecordState state;
  state.origins = store::read_origins(transaction);
  if (!state.origins.empty()) state.checkpoint = store::highest_checkpoint(transaction, state.origins.back().ordinal);
  state.keys = store::read_record_keys(transaction);
  state.witnesses = store::read_witnesses(transaction);
  state.sealing = store::read_sealing(transaction);
  state.unsigned_of_ended = unsigned_of_ended_trees(transaction, state.origins);
  if (!output.json) state.entries = entries_of(transaction, state.sealing.highest_after, output.language);
  if (!state.origins.empty()) state.stopped = look_at_sealing(visit, options).stopped;
  output.json ? print_line(json_of(state, output.language)) : print(render(state, output.language));
  return exit_ok;
}

// One event after the other; a leaf that cannot be read is told of in its place.
int show_incident(store::Connection& owner, const std::string& wanted, const Output& output) {
  const auto named = find_recorded_incident(owner, wanted, output);
  if (!named) return named.error();
  store::Transaction transaction(owner, store::Isolation::repeatable_read, store::Access::read_only);
  Chronology chronology(output.language);
  bool unreadable = false;
  store::read_events_of(transaction, named->id, [&](store::StoredEvent stored) {
    const auto event = record::decode(stored.leaf, stored.openings);
    if (!event) {
      unreadable = true;
      complain(output, {fmt::format("出来事 {} を読み取れません: {}", stored.id, event.error()),
                        fmt::format("event {} cannot be read: {}", stored.id, event.error())});
      return;
    }
    if (!output.json) return print(chronology.entry(*event, stored.sequence));
    std::string line;
    JsonWriter out(line);
    out.begin_object().name("sequence");
    stored.sequence ? out.value(*stored.sequence) : out.null();
    out.member("at", format_rfc3339(event->at)).member("type", core::type_of(event->what));
    out.member("who", chronology.who(event->actor)).member("text", chronology.sentence(*event)).end_object();
    print_line(line);
  });
  return unreadable ? exit_failed : exit_ok;
}

// -- record events -----------------------------------------------------------------------------------------

// "text <id>": how values of columns are compared is of no concern here.
std::optional<std::string> id_in(const store::ImpliedColumns& columns, std::string_view name) {
  for (const auto& [column, value] : columns)
    if (column == name && value && value->starts_with("text ")) return value->substr(5);
  return std::nullopt;
}

class EventList {
 public:
  EventList(const RecordEventsOptions& options, const Output& output)
      : csv_(options.csv),
        output_(output),
        law_(app::load_law({}, {})),
        context_{law_view_, output.language, Timestamp{}},
        table_({output({"通番", "sequence"}), output({"日時（日本時間）", "at (+09:00)"}),
                output({"インシデント", "incident"}), output({"内容", "what"}), output({"機関", "body"}),
                output({"役割", "role"}), output({"氏名", "name"})}) {}

  void begin() const {
    if (csv_) print(codec::csv_header(output_.language));
  }

  // A body of the registry built in; a daemon may have its own.
  bool knows_body(const std::string& slug) const { return law_->registry.find(slug) != nullptr; }
  bool empty() const { return rows_ == 0; }

  void take(const store::StoredEvent& stored, const std::map<std::string, store::IncidentLabel>& labels) {
    ++rows_;
    const auto view = view_of(stored, labels);
    std::string line;
    if (csv_) {
      codec::append_csv(line, view, context_);
      return print(line);
    }
    if (output_.json) {
      JsonWriter out(line);
      codec::encode(out, view, context_);
      return print_line(line);
    }
    const auto& event = view.event;
    table_.add_row({std::to_string(event.sequence), shown_second(event.at).substr(0, 19), event.number.value_or("-"),
                    std::string(codec::words_of_event(event.type, output_.language)),
                    shown_organization(event.organization, output_.language), event.role, view.actor.value_or("")});
    if (rows_ % page == 0) flush();
  }

  void finish() {
    if (!csv_ && !output_.json && !table_.empty()) flush();
  }

 private:
  codec::RecordedEventView view_of(const store::StoredEvent& stored,
                                   const std::map<std::string, store::IncidentLabel>& labels) const {
    codec::RecordedEventView view;
    view.leaf_sha256 = record::to_hex(record::bytes_of(record::leaf_hash(stored.leaf)));
    view.leaf = record::to_base64(stored.leaf);
    view.event.id = stored.id;
    view.event.sequence = static_cast<std::int64_t>(*stored.sequence);
    view.event.type = stored.type;
    view.event.subject = id_in(stored.columns, "subject");
    if (const auto label = labels.find(stored.incident); label != labels.end() && !label->second.number.empty()) {
      view.event.incident_id = stored.incident;
      view.event.number = label->second.number;
      view.event.exercise = label->second.exercise;
    }
    const auto event = record::decode(stored.leaf, stored.openings);
    if (!event) return view;
    view.event.at = event->at;
    view.event.organization = event->actor.organization;
    if (event->actor.role) view.event.role = core::to_string(*event->actor.role);
    if (!event->actor.name.empty()) view.actor = event->actor.name;
    return view;
  }

  // A page of the table at a time: the columns may differ a little from page to page, the memory does not grow.
  void flush() {
    print(table_.render(terminal_width()));
    table_ = Table({output_({"通番", "sequence"}), output_({"日時（日本時間）", "at (+09:00)"}),
                    output_({"インシデント", "incident"}), output_({"内容", "what"}), output_({"機関", "body"}),
                    output_({"役割", "role"}), output_({"氏名", "name"})});
  }

  bool csv_;
  const Output& output_;
  tl::expected<app::LawFiles, std::vector<routing::Mistake>> law_;
  core::Law law_view_{law_->editions, law_->registry};
  codec::AnswerContext context_;
  Table table_;
  std::size_t rows_ = 0;
};

template <std::size_t... index>
std::vector<std::string_view> types_of(std::index_sequence<index...>) {
  return {core::type_of(core::Happening(std::in_place_index<index>))...};
}

// A type that no event can have would look like an empty record.
bool is_type(const std::string& type, const Output& output) {
  auto types = types_of(std::make_index_sequence<std::variant_size_v<core::AnyHappening>>());
  if (type.empty() || std::find(types.begin(), types.end(), type) != types.end()) return true;
  std::sort(types.begin(), types.end());
  const auto known = fmt::format("{}", fmt::join(types, ", "));
  complain(output, {fmt::format("出来事の種別 {} はありません。種別: {}", type, known),
                    fmt::format("there is no type of event {}; the types are: {}", type, known)});
  return false;
}

bool has_acted(store::Connection& owner, const std::string& organization) {
  store::EventFilter acts;
  acts.organization = organization;
  store::Transaction transaction(owner, store::Isolation::repeatable_read, store::Access::read_only);
  return store::read_events(transaction, acts, 0, no_end, 1, [](const auto&) {}) > 0;
}

}  // namespace

tl::expected<std::optional<Timestamp>, Text> read_bound(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (const auto at = parse_rfc3339(text)) return at;
  if (const auto day = parse_day(text)) return start_of(*day);
  return tl::unexpected(
      Text{fmt::format("{} は日付（2018-08-01）か日時（2018-08-01T09:00:00+09:00）で書いてください。", option),
           fmt::format("{} must be a day (2018-08-01) or a time (2018-08-01T09:00:00+09:00)", option)});
}

int run(const RecordShowOptions& options, const Output& output) {
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = patient_owner(visit);
    return options.incident.empty() ? show_record(visit, *owner, options.database, output)
                                    : show_incident(*owner, options.incident, output);
  });
}

int run(const RecordEventsOptions& options, const Output& output) {
  store::EventFilter filter;
  const auto from = read_bound("--from", options.from), to = read_bound("--to", options.to);
  for (const auto* bound : {&from, &to})
    if (!*bound) {
      complain(output, bound->error());
      return exit_usage;
    }
  if (!is_type(options.type, output)) return exit_usage;
  filter.from = *from;
  filter.to = *to;
  filter.type = options.type;
  filter.organization = options.organization;
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = patient_owner(visit);
    if (!options.incident.empty()) {
      const auto incident = find_recorded_incident(*owner, options.incident, output);
      if (!incident) return incident.error();
      filter.incident = incident->id;
    }
    EventList list(options, output);
    const auto& body = options.organization;
    if (!body.empty() && !list.knows_body(body) && !has_acted(*owner, body)) {
      complain(
          output,
          {fmt::format("機関 {} は登録簿になく、記録にもありません。mhlw のような識別子で指定してください。", body),
           fmt::format("no body {} is in the registry or in the record; name it by its id, as mhlw", body)});
      return exit_usage;
    }
    list.begin();
    std::uint64_t next = 0;
    for (std::size_t read = page; read == page;) {
      store::Transaction transaction(*owner, store::Isolation::repeatable_read, store::Access::read_only);
      std::map<std::string, store::IncidentLabel> labels;
      read = store::read_events(transaction, filter, next, no_end, page, [&](store::StoredEvent event) {
        next = *event.sequence + 1;
        if (!labels.contains(event.incident)) labels[event.incident] = store::read_label(transaction, event.incident);
        list.take(event, labels);
      });
    }
    list.finish();
    if (list.empty()) complain(output, {"この条件に合う出来事はありません。", "no events fit what was asked for"});
    return exit_ok;
  });
}

}  // namespace noroshi::cli
