#include "src/record/verification.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "routing/time.h"
#include "src/record/receipt.h"
#include "src/record/subject_public_key.h"

namespace noroshi::record {
namespace {

constexpr std::size_t kept_of_each = 100;

using Sequence = std::optional<std::uint64_t>;

// One sentence in both languages. `{}` stands for the next of the values.
struct Sentence {
  std::string ja, en;
};
Sentence sentence(std::string_view ja, std::string_view en, const std::vector<std::string>& values = {}) {
  const auto filled = [&values](std::string_view form) {
    std::string text;
    auto value = values.begin();
    for (std::size_t hole; (hole = form.find("{}")) != form.npos && value != values.end(); form.remove_prefix(hole + 2))
      text.append(form.substr(0, hole)).append(*value++);
    return text.append(form);
  };
  return {filled(ja), filled(en)};
}

std::string text_of(std::uint64_t number) {
  return std::to_string(number);
}

// "12", "12-14".
std::string text_of(std::uint64_t first, std::uint64_t last) {
  return first == last ? text_of(first) : text_of(first) + '-' + text_of(last);
}

std::string place_of(const Checkpoint& checkpoint) {
  return "checkpoint " + checkpoint.origin + ' ' + text_of(checkpoint.size);
}

// How an event is not what its receipt promised.
std::optional<Sentence> difference(const Receipt& receipt, const core::Event& event, const Digest& hash) {
  const auto* report = std::get_if<core::ReportReceived>(&event.what);
  if (!report) return Sentence{"報告の受領ではありません", "it is not the receipt of a report"};
  if (hash != receipt.leaf_hash) return Sentence{"葉が異なります", "its leaf is another"};
  if (report->sha256 != erased && report->sha256 != bytes_of(receipt.report_sha256))
    return Sentence{"報告の SHA-256 が異なります", "its report has another SHA-256"};
  if (event.at != receipt.received_at) return Sentence{"時刻が異なります", "its time is another"};
  return std::nullopt;
}

// "<name>+<hash>": without the bytes.
std::string key_name(const NoteKey& key) {
  const auto text = to_string(key);
  return text.substr(0, text.rfind('+', text.find('+') + 9));
}

// A witness is named once, with the earliest of its times.
void add_cosignature(ProvenCheckpoint& checkpoint, const NoteKey& key, std::int64_t at) {
  auto& list = checkpoint.cosigned_by;
  const auto known = std::find_if(list.begin(), list.end(), [&](const auto& witness) { return witness.first == key; });
  if (known == list.end())
    list.emplace_back(key, at);
  else
    known->second = std::min(known->second, at);
}

// The name of a log's key is that of the tree: the same key has another name in each.
bool signed_by_one_of(const ProvenCheckpoint& checkpoint, const std::vector<NoteKey>& keys) {
  return std::any_of(checkpoint.signed_by.begin(), checkpoint.signed_by.end(), [&](const NoteKey& signer) {
    return std::any_of(keys.begin(), keys.end(), [&](const NoteKey& key) { return key.key == signer.key; });
  });
}

}  // namespace

struct RecordVerification::State {
  // A tree that another one continues, until its first leaf has been read.
  struct Ended {
    std::size_t origin = 0;
    std::uint64_t size = 0;
    Digest root{};
    bool gap = false;
    std::vector<ProvenCheckpoint> unreached;
  };
  struct Connection {
    std::uint64_t from = 0, to = 0;
    std::vector<Digest> proof;
  };
  using Place = std::pair<std::size_t, std::uint64_t>;  // number of the origin, size

  State(Proofs kind, std::vector<RecordOrigin> trees, std::vector<NoteKey> known)
      : proofs(kind), origins(std::move(trees)), keys(std::move(known)) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      auto& same_hash = key_places[{keys[i].name, hash_of(keys[i])}];
      const bool again = std::any_of(same_hash.begin(), same_hash.end(), [&](auto other) { return keys[other] == keys[i]; });
      if (!again) same_hash.push_back(i);
    }
    check_origins();
  }

  void find(FindingCode code, std::string place, Sentence sentence, Sequence sequence = std::nullopt,
            Sequence last = std::nullopt) {
    if (weight_of(code) == FindingWeight::altered) is_altered = true;
    if (++counts[code] > kept_of_each) return;
    findings.push_back({code, sequence, last, std::move(place), std::move(sentence.ja), std::move(sentence.en)});
  }

  bool whole() const { return proofs == Proofs::whole; }
  std::optional<std::size_t> origin_named(std::string_view name) const {
    for (std::size_t i = 0; i < origins.size(); ++i)
      if (origins[i].name == name) return i;
    return std::nullopt;
  }
  std::uint64_t first_of(std::size_t number) const { return origins[number].first_sequence; }

  // -- Checkpoints ---------------------------------------------------------------------------------------------

  void check_origins();
  void take_checkpoint(std::string_view bytes);
  void check_signatures(const Note& note, ProvenCheckpoint& checkpoint);
  void hold(std::size_t number, ProvenCheckpoint checkpoint);
  void compare(const ProvenCheckpoint& checkpoint);
  void tell_of_two(const Checkpoint& checkpoint);
  void prove(const ProvenCheckpoint& checkpoint);
  void connect(std::size_t number, const std::vector<ProvenCheckpoint>& held);

  // -- Receipts ------------------------------------------------------------------------------------------------

  void take_receipt(std::string_view text, std::string_view signature);
  void check_receipts(const RecordedEvent& event, const core::Event& decoded, const Digest& hash);

  // -- Events --------------------------------------------------------------------------------------------------

  std::optional<core::Event> take_event(const RecordedEvent& event);
  bool take_sequence(std::uint64_t sequence);
  std::optional<core::Event> read(const RecordedEvent& event);
  void check_report(const RecordedEvent& event, const core::Event& decoded);
  void check_act(const RecordedEvent& event, const std::vector<Opening>& openings);
  void note_absent_texts(const RecordedEvent& event, const std::vector<Commitment>& commitments,
                         const core::Event& decoded);
  void tell_unexplained(std::uint64_t sequence);
  void note_leaf_hash(const RecordedEvent& event, const std::optional<core::Event>& decoded, const Digest& hash);
  void tell_leaf_hashes(FindingCode code);
  void append(const RecordedEvent& event, const Digest& hash);
  bool check_proof(const RecordedEvent& event, const Digest& hash);

  // -- Times ---------------------------------------------------------------------------------------------------

  void check_time(std::uint64_t sequence, Timestamp at);
  void note_retirement(std::uint64_t sequence, const core::Event& event);
  void check_retired(const ProvenCheckpoint& checkpoint, std::size_t number);
  void check_cosignatures(const ProvenCheckpoint& checkpoint, std::uint64_t sequence, Timestamp at);

  // -- Trees ---------------------------------------------------------------------------------------------------

  void end_origin();
  void check_continuation(const RecordedEvent& event, const std::optional<core::Event>& decoded);
  std::vector<ProvenCheckpoint> take_held(std::size_t number);
  void miss(const ProvenCheckpoint& checkpoint, std::size_t number, std::uint64_t size);
  void finish(Sequence stated_events);
  bool bears_out(const Checkpoint& checkpoint) const;
  void hold_against(const std::vector<NoteKey>& given, const std::vector<std::string>& notes);
  void check_pinned(const std::vector<NoteKey>& given);

  Proofs proofs;
  std::vector<RecordOrigin> origins;
  std::vector<NoteKey> keys;
  // By what a line of a note says of its key: each key once.
  std::map<std::pair<std::string, std::array<std::uint8_t, 4>>, std::vector<std::size_t>> key_places;

  std::map<Place, std::vector<ProvenCheckpoint>> held;  // signed, not yet compared
  std::map<std::size_t, ProvenCheckpoint> first;        // of each origin: where proofs lead
  std::map<std::size_t, std::vector<Connection>> connections;
  std::multimap<core::EventId, Receipt> awaited;

  std::uint64_t next = 0;  // the sequence that follows
  std::size_t origin = 0;  // of the events
  CompactRange range;      // over the leaves
  CompactRange stated;     // over the hashes kept beside them
  // Events whose leaf does not have the hash kept beside it, since the last root that was borne out, and their types.
  std::vector<std::pair<std::uint64_t, std::string_view>> disagreeing;
  std::uint64_t disagreeing_more = 0;
  std::uint64_t proven_size = 0;  // the leaves that a checkpoint bears out
  bool gap = false;               // leaves are missing: the tree of this origin cannot be recomputed
  bool diverged = false;          // it was found to be another already
  std::map<std::string, std::uint64_t> retired;  // ids of keys, and the sequence of their key.retired
  std::optional<std::pair<Timestamp, std::uint64_t>> latest;  // the highest time of an event so far, and its sequence
  std::optional<Ended> ended;
  std::vector<Checkpoint> excused, unconnected;  // signed, and not compared
  std::set<std::size_t> opened;                  // origins whose record.continued stands in them

  std::map<Digest, ActorKey> actor_keys;
  std::map<core::IncidentId, std::uint64_t> unexplained;  // incidents with absent texts and no erasure yet; an event
  std::uint64_t events = 0, reports = 0, signed_acts = 0, receipts = 0;
  std::map<std::string, ProvenCheckpoint> proven;
  std::vector<Finding> findings;
  std::map<FindingCode, std::uint64_t> counts;
  bool is_altered = false;
};

void RecordVerification::State::check_origins() {
  std::set<std::string_view> names;
  bool right = !origins.empty() && origins.front().first_sequence == 0;
  for (std::size_t i = 0; i < origins.size(); ++i)
    right = right && names.insert(origins[i].name).second && (i == 0 || first_of(i - 1) < first_of(i));
  if (right) return;
  find(FindingCode::origins_wrong, "origins",
       sentence(
           "木の一覧が正しくありません。最初の木は連番 0 "
           "から始まり、続く木の始まりは順に大きくなり、名前は重なりません。",
           "The list of trees is wrong: the first begins at sequence 0, each later one further on, and no name stands "
           "twice."));
  // Nothing can be placed by a wrong list.
  origins.clear();
}

void RecordVerification::State::take_checkpoint(std::string_view bytes) {
  const auto note = parse_note(bytes);
  const auto checkpoint = note ? parse_checkpoint(note->text) : tl::unexpected(note.error());
  if (!checkpoint)
    return find(
        FindingCode::checkpoint_unreadable, "checkpoint",
        sentence("チェックポイントを読み取れません: {}。", "A checkpoint cannot be read: {}.", {checkpoint.error()}));
  const auto number = origin_named(checkpoint->origin);
  if (!number)
    return find(FindingCode::checkpoint_origin_unknown, place_of(*checkpoint),
                sentence("大きさ {} のチェックポイントの木「{}」は一覧にありません。",
                         "The checkpoint of size {} is of the tree {}, which is not listed.",
                         {text_of(checkpoint->size), checkpoint->origin}));
  ProvenCheckpoint checked{.checkpoint = *checkpoint};
  check_signatures(*note, checked);
  if (checked.signed_by.empty()) {
    find(FindingCode::checkpoint_unsigned, place_of(*checkpoint),
         sentence("木「{}」の大きさ {} のチェックポイントには、与えられた鍵の署名がありません。",
                  "The checkpoint of {} at size {} has no good signature by any key given.",
                  {checkpoint->origin, text_of(checkpoint->size)}));
    // What nobody signed proves nothing and accuses nobody. Proofs may still lead to it.
    if (!whole()) first.try_emplace(*number, std::move(checked));
    return;
  }
  if (checkpoint->size == 0 && checkpoint->root != empty_root())
    return find(
        FindingCode::checkpoint_differs, place_of(*checkpoint),
        sentence("木「{}」の空の木のチェックポイントの根が、空の木の根ではありません。",
                 "The checkpoint of {} at size 0 has another root than that of an empty tree.", {checkpoint->origin}));
  hold(*number, std::move(checked));
}

// A file may hold many keys, and each of its notes many lines: every line is verified once, and with no key but the one it
// names.
void RecordVerification::State::check_signatures(const Note& note, ProvenCheckpoint& checkpoint) {
  std::set<std::string_view> seen;  // what was signed is the same: the bytes tell the lines apart
  for (const auto& signature : note.signatures) {
    const auto places = key_places.find({signature.name, signature.key_hash});
    if (places == key_places.end() || !seen.insert(signature.signature).second) continue;
    for (const auto place : places->second) {
      const auto& key = keys[place];
      // A note may carry lines of keys that mean nothing here (C2SP signed-note): only a log's own, and witnesses.
      const bool own = key.kind == KeyKind::log && key.name == checkpoint.checkpoint.origin;
      if (key.kind == KeyKind::log && !own) continue;
      if (!verify(note.text, signature, key)) {
        find(FindingCode::signature_wrong, place_of(checkpoint.checkpoint),
             sentence("木「{}」の大きさ {} のチェックポイントにある鍵「{}」の署名が正しくありません。",
                      "On the checkpoint of {} at size {}, the signature that bears the key {} is not by it.",
                      {checkpoint.checkpoint.origin, text_of(checkpoint.checkpoint.size), to_string(key)}));
      } else if (own) {
        if (std::find(checkpoint.signed_by.begin(), checkpoint.signed_by.end(), key) == checkpoint.signed_by.end())
          checkpoint.signed_by.push_back(key);
      } else {
        add_cosignature(checkpoint, key, time_of(signature).value_or(0));
      }
    }
  }
}

void RecordVerification::State::hold(std::size_t number, ProvenCheckpoint checkpoint) {
  const auto [name, size, root] = checkpoint.checkpoint;
  if (!whole()) first.try_emplace(number, checkpoint);
  // The events are past it, or were never fed from where it could be compared.
  if (whole() && (number < origin || (number == origin && size < range.size()))) {
    const auto known = proven.find(name);
    if (known != proven.end() && known->second.checkpoint == checkpoint.checkpoint) return prove(checkpoint);
    return find(
        FindingCode::checkpoint_unconnected, place_of(checkpoint.checkpoint),
        sentence("木「{}」の大きさ {} のチェックポイントは、その大きさを過ぎてから与えられたため、照合できません。",
                 "The checkpoint of {} at size {} came after the events had passed its size and cannot be compared.",
                 {name, text_of(size)}));
  }
  auto& same_size = held[{number, size}];
  for (auto& other : same_size) {
    if (other.checkpoint.root != root) continue;
    for (auto& key : checkpoint.signed_by)
      if (std::find(other.signed_by.begin(), other.signed_by.end(), key) == other.signed_by.end())
        other.signed_by.push_back(key);
    for (const auto& [witness, at] : checkpoint.cosigned_by) add_cosignature(other, witness, at);
    return;
  }
  if (!whole() && !same_size.empty()) tell_of_two(checkpoint.checkpoint);
  same_size.push_back(std::move(checkpoint));
  if (whole() && number == origin && size == range.size() && size > 0) {
    const auto reached = std::move(same_size.back());
    held.erase({number, size});
    compare(reached);
  }
}

void RecordVerification::State::prove(const ProvenCheckpoint& checkpoint) {
  if (checkpoint.signed_by.empty()) return;
  auto& highest = proven[checkpoint.checkpoint.origin];
  if (highest.signed_by.empty() || highest.checkpoint.size <= checkpoint.checkpoint.size) highest = checkpoint;
}

void RecordVerification::State::tell_of_two(const Checkpoint& checkpoint) {
  find(FindingCode::checkpoint_differs, place_of(checkpoint),
       sentence("木「{}」の大きさ {} に、根の異なる二つのチェックポイントが署名されています。",
                "Two checkpoints with different roots were signed for {} at size {}.",
                {checkpoint.origin, text_of(checkpoint.size)}));
}

// The tree has the size of the checkpoint.
void RecordVerification::State::compare(const ProvenCheckpoint& checkpoint) {
  if (gap) return;  // which is named already
  const auto& [name, size, root] = checkpoint.checkpoint;
  if (range.root() == root) {
    tell_leaf_hashes(FindingCode::leaf_hash_altered);
    stated = range;
    diverged = false;
    proven_size = size;
    check_retired(checkpoint, origin);
    if (latest && latest->second >= first_of(origin)) check_cosignatures(checkpoint, latest->second, latest->first);
    return prove(checkpoint);
  }
  // The hashes kept beside the leaves are those that were signed for: each altered leaf is named.
  if (stated.root() == root) {
    tell_leaf_hashes(FindingCode::leaf_altered);
    range = stated;
    diverged = false;
    proven_size = size;
    return;
  }
  if (proven_size == size) return tell_of_two(checkpoint.checkpoint);
  if (std::exchange(diverged, true)) return;
  tell_leaf_hashes(FindingCode::leaf_altered);
  const auto start = first_of(origin);
  find(FindingCode::checkpoint_differs, place_of(checkpoint.checkpoint),
       sentence("出来事 {} の中に、木「{}」の大きさ {} のチェックポイントが署名されたときと異なるものがあります。",
                "Among the events {} at least one is not what was signed for by the checkpoint of {} at size {}.",
                {text_of(start + proven_size, start + size - 1), name, text_of(size)}),
       start + proven_size, start + size - 1);
}

void RecordVerification::State::take_receipt(std::string_view text, std::string_view signature) {
  const auto receipt = parse_receipt(text);
  if (!receipt)
    return find(FindingCode::receipt_unreadable, "receipt",
                sentence("受領証を読み取れません: {}。", "A receipt cannot be read: {}.", {receipt.error()}));
  const bool is_signed = std::any_of(keys.begin(), keys.end(), [&](const NoteKey& key) {
    return key.kind == KeyKind::log && key.name == receipt->origin && verify_ed25519(text, signature, key.key);
  });
  const auto event = to_string(receipt->event);
  if (!is_signed)
    return find(FindingCode::receipt_unsigned, "receipt " + event,
                sentence("出来事 {} の受領証は、与えられた鍵で署名されていません。",
                         "The receipt of event {} is not signed by any key given.", {event}));
  awaited.emplace(receipt->event, *receipt);
}

void RecordVerification::State::check_receipts(const RecordedEvent& event, const core::Event& decoded,
                                               const Digest& hash) {
  const auto [begin, end] = awaited.equal_range(decoded.id);
  for (auto at = begin; at != end; ++at) {
    const auto different = difference(at->second, decoded, hash);
    if (!different) {
      ++receipts;
      continue;
    }
    const auto number = text_of(event.sequence);
    find(FindingCode::receipt_differs, "receipt " + to_string(decoded.id),
         {"出来事 " + number + " は受領証が約束したものではありません: " + different->ja + "。",
          "Event " + number + " is not what its receipt promised: " + different->en + '.'},
         event.sequence);
  }
  awaited.erase(begin, end);
}

std::optional<core::Event> RecordVerification::State::take_event(const RecordedEvent& event) {
  ++events;
  if (!take_sequence(event.sequence)) return std::nullopt;
  const auto hash = leaf_hash(event.leaf);
  auto decoded = read(event);
  if (decoded) check_time(event.sequence, decoded->at);
  note_leaf_hash(event, decoded, hash);
  bool in_tree = true;
  if (decoded) note_retirement(event.sequence, *decoded);
  if (whole())
    append(event, hash);
  else
    in_tree = check_proof(event, hash);
  if (in_tree) check_continuation(event, decoded);
  if (decoded) {
    check_report(event, *decoded);
    check_receipts(event, *decoded, hash);
  }
  return decoded;
}

bool RecordVerification::State::take_sequence(std::uint64_t sequence) {
  const auto number = text_of(sequence);
  if (origins.empty()) {
    find(FindingCode::sequence_unknown, "sequence",
         sentence("出来事 {} はどの木にも属しません。", "Event {} belongs to no tree.", {number}), sequence);
    return false;
  }
  if (sequence < next || sequence > maximum_size) {
    find(FindingCode::sequence_disorder, "sequence",
         sentence("連番 {} が順序どおりではありません。{} 以上であるはずです。",
                  "The sequence {} is out of order: {} or a later one has to follow.", {number, text_of(next)}),
         sequence);
    return false;
  }
  if (whole() && sequence > next) {
    gap = true;
    find(FindingCode::sequence_gap, "sequence",
         sentence("出来事 {} がありません。", "There is no event {}.", {text_of(next, sequence - 1)}), next,
         sequence - 1);
  }
  while (origin + 1 < origins.size() && first_of(origin + 1) <= sequence) {
    // Leaves that are missing before the end of one tree leave the next one whole.
    const bool only_before = sequence == first_of(origin + 1);
    end_origin();
    gap = gap && !only_before;
  }
  next = sequence + 1;
  return true;
}

// The event as its leaf and openings say; each opening that does not belong is named.
std::optional<core::Event> RecordVerification::State::read(const RecordedEvent& event) {
  const auto number = text_of(event.sequence);
  const auto commitments = commitments_in(event.leaf);
  if (!commitments) {
    find(FindingCode::leaf_unreadable, "leaf",
         sentence("出来事 {} の葉を読み取れません: {}。", "The leaf of event {} cannot be read: {}.",
                  {number, commitments.error()}),
         event.sequence);
    return std::nullopt;
  }
  if (auto decoded = decode(event.leaf, event.openings)) {
    if (const auto absent = commitments->size() - event.openings.size(); absent != 0)
      find(FindingCode::texts_absent, "openings",
           sentence("出来事 {}（{}）の文 {} 件はここにありません（消去されたか、書き出されていません）。",
                    "Of event {} ({}), {} texts are not here: erased, or not exported.",
                    {number, std::string(type_of(decoded->what)), text_of(absent)}),
           event.sequence);
    note_absent_texts(event, *commitments, *decoded);
    check_act(event, event.openings);
    return *std::move(decoded);
  }
  std::vector<Opening> good;
  const auto& openings = event.openings;
  for (std::size_t i = 0; i < openings.size(); ++i) {
    const auto& [field, salt, value] = openings[i];
    const auto of_field = [&field = field](const auto& other) { return other.field == field; };
    const auto commitment = std::find_if(commitments->begin(), commitments->end(), of_field);
    // Alone, so that one which does not belong hides no other.
    if (commitment != commitments->end() && !std::any_of(good.begin(), good.end(), of_field) &&
        decode(event.leaf, {openings[i]})) {
      good.push_back(openings[i]);
      continue;
    }
    // A field that the leaf does not have may be any bytes: it is not repeated.
    const auto known = commitment != commitments->end() ? field : text_of(i + 1);
    find(FindingCode::opening_altered, "opening " + known,
         sentence("出来事 {} の文「{}」は、葉が約束したものではありません。",
                  "Of event {}, the text {} is not what the leaf commits to.", {number, known}),
         event.sequence);
  }
  check_act(event, good);
  auto decoded = decode(event.leaf, good);
  return decoded ? std::optional(*std::move(decoded)) : std::nullopt;
}

void RecordVerification::State::check_time(std::uint64_t sequence, Timestamp at) {
  if (!latest || at >= latest->first) {
    latest.emplace(at, sequence);
    return;
  }
  if (latest->first - at <= tolerated_disorder) return;
  find(FindingCode::time_disorder, "at",
       sentence("出来事 {} の時刻 {} は、それより前の出来事 {} の時刻 {} より前です。遡った日時か、時計の巻き戻しです。",
                "The time of event {}, {}, lies before that of the earlier event {}, {}: it was backdated, or the clock was "
                "set back.",
                {text_of(sequence), format_rfc3339(at), text_of(latest->second), format_rfc3339(latest->first)}),
       sequence);
}

void RecordVerification::State::note_retirement(std::uint64_t sequence, const core::Event& event) {
  if (const auto* what = std::get_if<core::KeyRetired>(&event.what)) retired.emplace(what->key, sequence);
}

// What a key signed before it was retired stays good; of what came later it says nothing.
void RecordVerification::State::check_retired(const ProvenCheckpoint& checkpoint, std::size_t number) {
  if (retired.empty()) return;
  const auto& [name, size, root] = checkpoint.checkpoint;
  const auto end = first_of(number) + size;
  for (const auto& key : checkpoint.signed_by) {
    const auto known = retired.find(key_id(key.key));
    if (known == retired.end() || known->second >= end) return;
  }
  if (checkpoint.signed_by.empty()) return;
  const auto id = key_id(checkpoint.signed_by.front().key);
  find(FindingCode::key_retired, place_of(checkpoint.checkpoint),
       sentence("木「{}」の大きさ {} のチェックポイントに署名した鍵 {} は、そこに含まれる出来事 {} で廃止されています。",
                "The checkpoint of {} at size {} is signed by the key {} alone, which event {} in it had retired.",
                {name, text_of(size), id, text_of(retired.at(id))}));
}

// An event cannot be later than when somebody saw that it was there, if both clocks are right.
void RecordVerification::State::check_cosignatures(const ProvenCheckpoint& checkpoint, std::uint64_t sequence,
                                                   Timestamp at) {
  for (const auto& [witness, seconds] : checkpoint.cosigned_by) {
    const Timestamp seen{std::chrono::seconds(seconds)};
    if (at - seen <= tolerated_disorder) continue;
    find(FindingCode::time_after_cosignature, "at",
         sentence("出来事 {} の時刻 {} は、証人 {} がそれを含む木を見た時刻 {} より後です。時計が異なります。",
                  "The time of event {}, {}, is after the witness {} saw a tree with it, at {}: their clocks differ.",
                  {text_of(sequence), format_rfc3339(at), witness.name, format_rfc3339(seen)}),
         sequence);
  }
}

// Of a whole record every erasure is there: what no erasure takes away, or took away, was lost or deleted.
void RecordVerification::State::note_absent_texts(const RecordedEvent& event, const std::vector<Commitment>& commitments,
                                                  const core::Event& decoded) {
  if (!whole()) return;
  const auto* erasure = std::get_if<core::ErasureDecided>(&decoded.what);
  if (erasure && erasure->approved) unexplained.erase(decoded.incident);
  const auto type = type_of(decoded.what);
  for (const auto& [field, commitment] : commitments) {
    const bool there = std::any_of(event.openings.begin(), event.openings.end(),
                                   [&field = field](const auto& opening) { return opening.field == field; });
    if (there) continue;
    if (outlives_erasure(type, field)) tell_unexplained(event.sequence);
    // Beyond this many the rest is told with them.
    else if (unexplained.size() < 100'000) unexplained.emplace(decoded.incident, event.sequence);
  }
}

void RecordVerification::State::tell_unexplained(std::uint64_t sequence) {
  find(FindingCode::texts_unexplained, "openings",
       sentence("出来事 {} の文がここになく、消去の決定もこの記録にありません。削除されたか、書き出しの後に消去されました。",
                "Texts of event {} are not here, and the record holds no erasure of them: they were deleted, or erased after "
                "the export.",
                {text_of(sequence)}),
       sequence);
}

// Whether who acted signed it. An erased signature is one that can be checked no more.
void RecordVerification::State::check_act(const RecordedEvent& event, const std::vector<Opening>& openings) {
  const bool is_there = std::any_of(openings.begin(), openings.end(),
                                  [](const auto& opening) { return opening.field == "actor_signature"; });
  const auto signature = is_there ? signature_in(event.leaf, openings) : std::nullopt;
  if (!signature || !*signature) return;
  const auto number = text_of(event.sequence);
  const auto key = actor_keys.find((*signature)->key);
  if (key == actor_keys.end())
    return find(FindingCode::act_key_unknown, "opening actor_signature",
                sentence("出来事 {} には行為者の署名がありますが、その鍵は示されていません。",
                         "Event {} bears the signature of who acted, but its key was not given.", {number}),
                event.sequence);
  if (verify(**signature, key->second)) {
    ++signed_acts;
    return;
  }
  find(FindingCode::act_signature_wrong, "opening actor_signature",
       sentence("出来事 {} の行為者の署名は、葉が示す鍵によるものではありません。",
                "The signature of who acted in event {} is not by the key that its leaf names.", {number}),
       event.sequence);
}

void RecordVerification::State::check_report(const RecordedEvent& event, const core::Event& decoded) {
  if (!event.report) return;
  const auto number = text_of(event.sequence);
  const auto* received = std::get_if<core::ReportReceived>(&decoded.what);
  if (received && received->sha256 == erased)
    return find(FindingCode::report_unproven, "report",
                sentence("出来事 {} の報告は、SHA-256 がここにないため照合できません。",
                         "The report of event {} cannot be checked: its SHA-256 is not here.", {number}),
                event.sequence);
  if (received && received->sha256 == bytes_of(sha256({*event.report}))) {
    ++reports;
    return;
  }
  find(FindingCode::report_altered, "report",
       sentence("出来事 {} の報告は、受け付けたときのものと異なります。",
                "The report of event {} is not the one that was received.", {number}),
       event.sequence);
}

// Leaf and kept hash do not agree. Which of them was altered, the next root tells.
void RecordVerification::State::note_leaf_hash(const RecordedEvent& event, const std::optional<core::Event>& decoded,
                                               const Digest& hash) {
  if (!event.leaf_hash || *event.leaf_hash == hash) return;
  if (disagreeing.size() < kept_of_each)
    disagreeing.emplace_back(event.sequence, decoded ? type_of(decoded->what) : "?");
  else
    ++disagreeing_more;
}

void RecordVerification::State::tell_leaf_hashes(FindingCode code) {
  for (const auto& [sequence, type] : std::exchange(disagreeing, {})) {
    const std::vector<std::string> values = {text_of(sequence), std::string(type)};
    find(code, "leaf",
         code == FindingCode::leaf_altered
             ? sentence("出来事 {}（{}）の葉は、ハッシュが保管されている葉ではありません。書き換えられています。",
                        "The leaf of event {} ({}) is not the one whose hash is kept: it was altered.", values)
             : sentence(
                   "出来事 {}（{}）の葉の横に保管されたハッシュが、葉のものではありません。葉は署名されたとおりです。",
                   "The hash kept beside the leaf of event {} ({}) is not its own; the leaf is as it was signed for.",
                   values),
         sequence);
  }
  counts[code] += std::exchange(disagreeing_more, 0);
}

void RecordVerification::State::append(const RecordedEvent& event, const Digest& hash) {
  if (gap) return;
  range.append(hash);
  stated.append(event.leaf_hash.value_or(hash));
  const auto reached = held.find({origin, range.size()});
  if (reached == held.end()) return;
  auto checkpoints = std::move(reached->second);
  held.erase(reached);
  // One that the events bear out goes first: beside it, another of the same size accuses no event.
  std::stable_partition(
      checkpoints.begin(), checkpoints.end(),
      [root = range.root()](const ProvenCheckpoint& checkpoint) { return checkpoint.checkpoint.root == root; });
  for (const auto& checkpoint : checkpoints) compare(checkpoint);
}

bool RecordVerification::State::check_proof(const RecordedEvent& event, const Digest& hash) {
  const auto number = text_of(event.sequence);
  const auto target = first.find(origin);
  if (!event.proof || target == first.end()) {
    find(FindingCode::proof_missing, "proof",
         sentence("出来事 {} には、木に含まれる証明がありません。",
                  "Of event {} nothing proves that it stands in the tree.", {number}),
         event.sequence);
    return false;
  }
  const auto& [name, size, root] = target->second.checkpoint;
  const auto index = event.sequence - first_of(origin);
  if (verify_inclusion(hash, index, size, *event.proof, root)) {
    tell_leaf_hashes(FindingCode::leaf_hash_altered);
    prove(target->second);
    if (latest && latest->second == event.sequence) check_cosignatures(target->second, event.sequence, latest->first);
    return true;
  }
  if (event.leaf_hash && verify_inclusion(*event.leaf_hash, index, size, *event.proof, root)) {
    tell_leaf_hashes(FindingCode::leaf_altered);
    return false;
  }
  disagreeing.clear();
  find(FindingCode::proof_wrong, "proof",
       sentence(
           "出来事 {} の証明は、木「{}」の大きさ {} のチェックポイントに至りません。葉か証明が異なります。",
           "The proof of event {} does not lead to the checkpoint of {} at size {}: the leaf or the proof is another.",
           {number, name, text_of(size)}),
       event.sequence);
  return false;
}

// The checkpoints of an origin that were not reached, by rising size.
std::vector<ProvenCheckpoint> RecordVerification::State::take_held(std::size_t number) {
  std::vector<ProvenCheckpoint> taken;
  const auto begin = held.lower_bound({number, 0}), end = held.lower_bound({number + 1, 0});
  for (auto at = begin; at != end; ++at)
    for (auto& checkpoint : at->second) taken.push_back(std::move(checkpoint));
  held.erase(begin, end);
  return taken;
}

void RecordVerification::State::end_origin() {
  tell_leaf_hashes(FindingCode::leaf_altered);
  if (whole()) ended = Ended{origin, range.size(), range.root(), gap, take_held(origin)};
  ++origin;
  range = {};
  stated = {};
  proven_size = 0;
  diverged = false;
}

void RecordVerification::State::miss(const ProvenCheckpoint& checkpoint, std::size_t number, std::uint64_t size) {
  const auto start = first_of(number);
  const auto& signed_for = checkpoint.checkpoint;
  if (signed_for.size == 0) return;  // compared when it was given
  find(FindingCode::events_missing, place_of(signed_for),
       sentence("出来事 {} がありません。木「{}」の大きさ {} のチェックポイントはそこまで署名しています。",
                "There is no event {}, although the checkpoint of {} at size {} was signed for as many.",
                {text_of(start + size, start + signed_for.size - 1), signed_for.origin, text_of(signed_for.size)}),
       start + size, start + signed_for.size - 1);
}

// The first leaf of a later tree says what the tree before was, and what was lost of it.
void RecordVerification::State::check_continuation(const RecordedEvent& event,
                                                   const std::optional<core::Event>& decoded) {
  if (origin == 0 || event.sequence != first_of(origin)) return;
  const auto& name = origins[origin].name;
  const auto place = "origin " + name;
  const auto* continued = decoded ? std::get_if<core::RecordContinued>(&decoded->what) : nullptr;
  if (continued && continued->origin != name) continued = nullptr;
  const auto before = std::exchange(ended, std::nullopt);
  if (!continued) {
    find(FindingCode::continuation_missing, place,
         sentence("木「{}」は、それを始める出来事 record.continued で始まっていません。",
                  "The tree {} does not begin with the event record.continued that opens it.", {name}),
         event.sequence);
  } else {
    opened.insert(origin);
    find(FindingCode::record_continued, place,
         sentence("出来事 {} から木「{}」に替わっています。木「{}」の大きさ {} "
                  "までの署名を知りながら、失われたものがあるためです。",
                  "From event {} on the tree is {}: of {}, signed up to size {}, something had been lost.",
                  {text_of(event.sequence), name, continued->origin_before, text_of(continued->highest_size)}),
         event.sequence);
  }
  if (!before || before->gap) return;
  if (continued && (continued->held_size != before->size || continued->held_root != before->root))
    find(FindingCode::continuation_differs, place,
         sentence("木「{}」の出来事は、出来事 {} がその大きさと根として記したものと異なります。",
                  "The events of {} are not those whose size and root event {} states.",
                  {origins[before->origin].name, text_of(event.sequence)}),
         event.sequence);
  for (const auto& checkpoint : before->unreached) {
    const auto& [signed_origin, size, root] = checkpoint.checkpoint;
    const bool declared = continued && continued->origin_before == signed_origin && size <= continued->highest_size &&
                          (size < continued->highest_size || root == continued->highest_root);
    declared ? excused.push_back(checkpoint.checkpoint) : miss(checkpoint, before->origin, before->size);
  }
}

// Nothing but proofs speaks of a tree whose events are not all there.
void RecordVerification::State::connect(std::size_t number, const std::vector<ProvenCheckpoint>& others) {
  const auto& known = first.at(number);
  for (const auto& other : others) {
    const auto& [name, size, root] = other.checkpoint;
    if (size == known.checkpoint.size) continue;  // two roots of one size are found when they are given
    const auto& small = size < known.checkpoint.size ? other : known;
    const auto& large = size < known.checkpoint.size ? known : other;
    const auto& proofs_of = connections[number];
    const auto proof = std::find_if(proofs_of.begin(), proofs_of.end(), [&](const Connection& connection) {
      return connection.from == small.checkpoint.size && connection.to == large.checkpoint.size;
    });
    const std::vector<std::string> values = {name, text_of(small.checkpoint.size), text_of(large.checkpoint.size)};
    if (proof == proofs_of.end()) {
      unconnected.push_back(other.checkpoint);
      find(FindingCode::checkpoint_unconnected, place_of(other.checkpoint),
           sentence("木「{}」の大きさ {} と {} のチェックポイントを結ぶ証明がありません。",
                    "Nothing connects the checkpoints of {} at sizes {} and {}.", values));
    } else if (!verify_consistency(small.checkpoint.size, small.checkpoint.root, large.checkpoint.size,
                                   large.checkpoint.root, proof->proof)) {
      find(FindingCode::consistency_wrong, place_of(other.checkpoint),
           sentence(
               "木「{}」の大きさ {} と {} のチェックポイントは、証明では結ばれません。一方は他方の続きではありません。",
               "The proof does not connect the checkpoints of {} at sizes {} and {}: one may not continue the other.",
               values));
    } else if (proven.count(name) != 0) {
      prove(other);
    }
  }
}

void RecordVerification::State::finish(Sequence stated_events) {
  if (stated_events && *stated_events != events)
    find(FindingCode::count_differs, "end",
         sentence("出来事は {} 件のはずですが、{} 件ありました。", "There should be {} events, and there were {}.",
                  {text_of(*stated_events), text_of(events)}));
  for (const auto& [event, receipt] : awaited) {
    const auto id = to_string(event);
    find(whole() ? FindingCode::receipt_event_missing : FindingCode::receipt_event_absent, "receipt " + id,
         whole() ? sentence("受領証が約束した出来事 {} がありません。",
                            "The event {} that a receipt promised is not there.", {id})
                 : sentence("受領証が約束した出来事 {} は、与えられた出来事の中にありません。",
                            "The event {} that a receipt promised is not among the events given.", {id}));
  }
  tell_leaf_hashes(FindingCode::leaf_altered);
  for (const auto& [incident, sequence] : unexplained) tell_unexplained(sequence);
  if (!whole()) {
    for (const auto& [number, checkpoint] : first) connect(number, take_held(number));
    for (std::size_t number = 0; number < origins.size(); ++number)
      if (const auto known = proven.find(origins[number].name); known != proven.end()) check_retired(known->second, number);
    return;
  }
  bool missing = false;
  for (std::size_t number = origin; number < origins.size(); ++number) {
    const auto size = number == origin ? range.size() : 0;
    if (number > origin)
      find(FindingCode::events_missing, "origin " + origins[number].name,
           sentence("木「{}」の出来事がありません。", "Of the tree {} there is no event.", {origins[number].name}),
           first_of(number));
    const auto unreached = take_held(number);
    missing = missing || !unreached.empty();
    if (!unreached.empty() && !(number == origin && gap)) miss(unreached.back(), number, size);
  }
  if (!origins.empty() && !gap && !diverged && !missing && proven_size < range.size()) {
    const auto start = first_of(origin);
    find(FindingCode::events_unsealed, "origin " + origins[origin].name,
         sentence("出来事 {} は最後のチェックポイントより後のもので、まだ署名されていません。",
                  "The events {} come after the last checkpoint: nothing is signed for them yet.",
                  {text_of(start + proven_size, start + range.size() - 1)}),
         start + proven_size, start + range.size() - 1);
  }
}

bool RecordVerification::State::bears_out(const Checkpoint& checkpoint) const {
  const auto among = [&](const std::vector<Checkpoint>& list) {
    return std::find(list.begin(), list.end(), checkpoint) != list.end();
  };
  // Any other would be named as one that differs.
  return !is_altered && proven.contains(checkpoint.origin) && !among(excused) && !among(unconnected);
}

void RecordVerification::State::hold_against(const std::vector<NoteKey>& given, const std::vector<std::string>& notes) {
  for (const auto& key : given) {
    const bool used = std::any_of(proven.begin(), proven.end(), [&](const auto& entry) {
      const auto& [name, checkpoint] = entry;
      if (key.kind == KeyKind::log) return signed_by_one_of(checkpoint, {key});
      return std::any_of(checkpoint.cosigned_by.begin(), checkpoint.cosigned_by.end(),
                         [&](const auto& witness) { return witness.first == key; });
    });
    if (used || proven.empty()) continue;
    if (key.kind != KeyKind::log)
      find(FindingCode::cosignature_absent, "key " + key_name(key),
           sentence("証人の鍵 {} による連署が、確かめたチェックポイントにありません。",
                    "The witness with the key {} has not cosigned what was checked.", {key_name(key)}));
    else
      find(FindingCode::key_not_used, "key " + key_name(key),
           sentence("示された鍵 {} による署名が、確かめたチェックポイントにありません。",
                    "The key {} that was given has not signed what was checked.", {key_name(key)}));
  }
  check_pinned(given);
  for (const auto& bytes : notes) {
    const auto note = parse_note(bytes);
    const auto checkpoint = note ? parse_checkpoint(note->text) : tl::unexpected(note.error());
    if (!checkpoint || std::find(excused.begin(), excused.end(), *checkpoint) == excused.end()) continue;
    find(FindingCode::checkpoint_excused, place_of(*checkpoint),
         sentence("別に保管されていた木「{}」の大きさ {} のチェックポイントが署名した出来事の一部は、ここにありません。"
                  "失われたと後の木が述べているだけで、照合できません。",
                  "Of the events that the checkpoint of {} at size {}, kept elsewhere, was signed for, some are not here. "
                  "Only a later tree says that they were lost: there is nothing to compare.",
                  {checkpoint->origin, text_of(checkpoint->size)}));
  }
}

void RecordVerification::State::check_pinned(const std::vector<NoteKey>& given) {
  std::vector<NoteKey> pinned;
  std::copy_if(given.begin(), given.end(), std::back_inserter(pinned),
               [](const NoteKey& key) { return key.kind == KeyKind::log; });
  for (std::size_t number = 0; number < origins.size(); ++number) {
    const auto& name = origins[number].name;
    const auto known = proven.find(name);
    if (known == proven.end()) continue;
    if (!pinned.empty() && !signed_by_one_of(known->second, pinned))
      find(FindingCode::origin_not_pinned, "origin " + name,
           sentence("木「{}」に、示された鍵の署名がありません。", "None of the keys given has signed the tree {}.", {name}));
    if (number == 0) continue;
    if (pinned.empty())
      find(FindingCode::continuation_unproven, "origin " + name,
           sentence("木「{}」が前の木の続きであることは、示された鍵では署名されていません。公開されている鍵を --key "
                    "で示してください。",
                    "That the tree {} continues the one before is signed by no key that was given by a way of its own: "
                    "give the published one (--key).",
                    {name}));
    if (!whole() && !opened.contains(number))
      find(FindingCode::continuation_absent, "origin " + name,
           sentence("木「{}」を始めた出来事 record.continued はここにありません。",
                    "The event record.continued that opened the tree {} is not here.", {name}));
  }
}

RecordVerification::RecordVerification(Proofs proofs, std::vector<RecordOrigin> origins, std::vector<NoteKey> keys)
    : state_(std::make_unique<State>(proofs, std::move(origins), std::move(keys))) {}
RecordVerification::~RecordVerification() = default;
RecordVerification::RecordVerification(RecordVerification&&) noexcept = default;
RecordVerification& RecordVerification::operator=(RecordVerification&&) noexcept = default;

void RecordVerification::checkpoint(std::string_view note) {
  state_->take_checkpoint(note);
}
void RecordVerification::consistency(const std::string& origin, std::uint64_t from, std::uint64_t to,
                                     const std::vector<Digest>& proof) {
  if (const auto number = state_->origin_named(origin)) state_->connections[*number].push_back({from, to, proof});
}
void RecordVerification::receipt(std::string_view text, std::string_view signature) {
  state_->take_receipt(text, signature);
}
void RecordVerification::actor_key(ActorKey key) {
  const auto id = id_of(key);
  state_->actor_keys.emplace(id, std::move(key));
}
std::optional<core::Event> RecordVerification::event(const RecordedEvent& event) {
  return state_->take_event(event);
}
void RecordVerification::finish(std::optional<std::uint64_t> events) {
  state_->finish(events);
}

void RecordVerification::hold_against(const std::vector<NoteKey>& keys, const std::vector<std::string>& notes) {
  state_->hold_against(keys, notes);
}
bool RecordVerification::bears_out(const Checkpoint& checkpoint) const {
  return state_->bears_out(checkpoint);
}

const std::vector<Finding>& RecordVerification::findings() const {
  return state_->findings;
}
std::uint64_t RecordVerification::count(FindingCode code) const {
  const auto found = state_->counts.find(code);
  return found == state_->counts.end() ? 0 : found->second;
}
bool RecordVerification::altered() const {
  return state_->is_altered;
}
std::uint64_t RecordVerification::events() const {
  return state_->events;
}
std::uint64_t RecordVerification::reports() const {
  return state_->reports;
}
std::uint64_t RecordVerification::signed_acts() const {
  return state_->signed_acts;
}
std::uint64_t RecordVerification::receipts() const {
  return state_->receipts;
}
const std::map<std::string, std::uint64_t>& RecordVerification::retired_keys() const {
  return state_->retired;
}
const std::map<std::string, ProvenCheckpoint>& RecordVerification::proven() const {
  return state_->proven;
}

}  // namespace noroshi::record
