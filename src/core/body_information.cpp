#include "src/core/body_information.h"

#include <algorithm>
#include <cstdlib>

namespace noroshi::core {
namespace {

template <class List, class Id>
auto find(List& list, const Id& id) -> decltype(&list.front()) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.id == id; });
  return found == list.end() ? nullptr : &*found;
}

struct Kind {
  template <class What>
  static constexpr bool of_body = std::is_same_v<What, LabelMappingSet> || std::is_same_v<What, LabelMappingWithdrawn> ||
                                  std::is_same_v<What, SealingKeyProposed> || std::is_same_v<What, SealingKeyDecided> ||
                                  std::is_same_v<What, SealingKeyRevoked> || std::is_same_v<What, NoticeGiven> ||
                                  std::is_same_v<What, NoticeAnswered>;
};

struct MayFollow {
  const BodyInformation& known;
  bool operator()(const LabelMappingSet& what) const {
    return !find(known.mappings, what.mapping.id) && is_valid(what.mapping.grades);
  }
  bool operator()(const LabelMappingWithdrawn& what) const {
    const auto* mapping = find(known.mappings, what.mapping);
    return mapping && !mapping->withdrawn;
  }
  bool operator()(const SealingKeyProposed& what) const {
    return !find(known.keys, what.key.id) && what.key.state == SealingKeyState::proposed;
  }
  bool operator()(const SealingKeyDecided& what) const {
    const auto* key = find(known.keys, what.key);
    return key && next(key->state, what.approved ? SealingKeyEvent::approve : SealingKeyEvent::reject);
  }
  bool operator()(const SealingKeyRevoked& what) const {
    const auto* key = find(known.keys, what.key);
    return key && next(key->state, SealingKeyEvent::revoke);
  }
  bool operator()(const NoticeGiven& what) const { return !find(known.notices, what.notice.id); }
  bool operator()(const NoticeAnswered& what) const {
    const auto* notice = find(known.notices, what.notice);
    return notice && !notice->answered_at && notice->to == what.to;
  }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

struct Evolution {
  BodyInformation& known;
  const Event& event;

  template <class T>
  static T& must(T* value) {
    if (!value) std::abort();
    return *value;
  }
  void move(SealingKeyId id, SealingKeyEvent happening) {
    auto& key = must(find(known.keys, id));
    const auto state = next(key.state, happening);
    if (!state) std::abort();
    key.state = *state;
    ++key.revision;
  }
  void operator()(const LabelMappingSet& what) { known.mappings.push_back(what.mapping); }
  void operator()(const LabelMappingWithdrawn& what) { must(find(known.mappings, what.mapping)).withdrawn = true; }
  void operator()(const SealingKeyProposed& what) {
    known.keys.push_back(what.key);
    known.keys.back().asked_by = event.actor.token;
    known.keys.back().asked_by_name = event.actor.name;
  }
  void operator()(const SealingKeyDecided& what) {
    move(what.key, what.approved ? SealingKeyEvent::approve : SealingKeyEvent::reject);
  }
  void operator()(const SealingKeyRevoked& what) { move(what.key, SealingKeyEvent::revoke); }
  void operator()(const NoticeGiven& what) {
    known.notices.push_back(what.notice);
    known.notices.back().given_at = event.at;
  }
  void operator()(const NoticeAnswered& what) {
    auto& notice = must(find(known.notices, what.notice));
    notice.answered_at = event.at;
    notice.answer = what.text;
    ++notice.revision;
  }
  template <class Other>
  [[noreturn]] void operator()(const Other&) {
    std::abort();
  }
};

}  // namespace

bool is_of_body_information(const Happening& happening) {
  return std::visit([]<class What>(const What&) { return Kind::of_body<What>; }, happening);
}

bool may_follow(const BodyInformation& known, const Event& event) { return std::visit(MayFollow{known}, event.what); }

void evolve(BodyInformation& known, const Event& event) { std::visit(Evolution{known, event}, event.what); }

}  // namespace noroshi::core
