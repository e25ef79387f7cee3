// Rows as views: what the statements of the view_*.cpp files have in common. Private to src/store.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/codec/views.h"
#include "src/store/cursor.h"
#include "src/store/views.h"

namespace noroshi::store {

codec::ObligationView read_obligation(const Row& row);
codec::MessageView read_message(const Row& row);
codec::AlarmView read_alarm(const Row& row);
// With the columns of NOROSHI_LABEL_COLUMNS; of a label that may be missing, those of NOROSHI_LABEL_OF_MESSAGE.
codec::LabelView read_label(const Row& row);
std::optional<codec::LabelView> read_label_of_message(const Row& row);
#define NOROSHI_LABEL_COLUMNS \
  "own_label, confidentiality, integrity, availability, rule, ground, restrictions, given_at"
// The label that held when the message was sent.
#define NOROSHI_LABEL_OF_MESSAGE                                                                                     \
  "LEFT JOIN LATERAL (SELECT " NOROSHI_LABEL_COLUMNS " FROM label WHERE label.incident_id = page.incident_id "       \
  "AND label.given_at <= page.sent_at ORDER BY label.given_at DESC, label.id DESC LIMIT 1) AS b ON true "

// The columns that read_obligation() takes, of `page` with labels_of() as l and reasons_of() as r.
#define NOROSHI_OBLIGATION_OF_PAGE                                                             \
  "page.*, l.number, l.exercise, r.ja, r.en FROM page "                                        \
  "JOIN labels_of(ARRAY(SELECT incident_id FROM page)) l ON l.incident_id = page.incident_id " \
  "LEFT JOIN reasons_of(ARRAY(SELECT id FROM page)) r ON r.obligation_id = page.id "
#define NOROSHI_OBLIGATION_COLUMNS                                                                \
  "o.id, o.incident_id, o.edition, o.rule, o.clause, o.sentence, o.holder, o.recipient, o.self, " \
  "o.inner_duty, "                                                                                \
  "o.opens_on, o.opened_at, o.due_at, extract(epoch FROM o.target)::bigint AS target, o.state, o.occasion, o.formerly, o.recipient_formerly, "    \
  "o.fulfilled_at, "                                                                              \
  "o.acknowledged_at, o.revision "
// The columns that read_message() takes, of `page` with labels_of() as l. Who sees the rows of duties only is shown alarms
// without the case they are of; an alarm carries no report.
#define NOROSHI_MESSAGE_OF_PAGE                                                                 \
  "page.*, l.number, l.exercise, i.reference, i.title, i.erased_at, i.erased_by, r.version, "   \
  "b.own_label, b.confidentiality, b.integrity, b.availability, b.rule, b.ground, b.restrictions, b.given_at "  \
  "FROM page "                                                                                 \
  "JOIN labels_of(ARRAY(SELECT incident_id FROM page)) l ON l.incident_id = page.incident_id "  \
  "LEFT JOIN incident i ON i.id = page.incident_id LEFT JOIN report r ON r.id = page.report_id " \
  NOROSHI_LABEL_OF_MESSAGE
#define NOROSHI_MESSAGE_COLUMNS                                                                      \
  "m.id, m.kind, m.incident_id, m.report_id, m.sender, m.recipient, m.clause, m.sentence, "          \
  "m.obligation_id, m.automatic, m.state, m.sent_at, m.acknowledge_by, m.acknowledged_at, "          \
  "m.acknowledged_by, m.revision "
// Those of read_alarm(), of `page`.
#define NOROSHI_ALARM_OF_PAGE                                                                   \
  "page.*, l.number, l.exercise, o.clause, o.sentence FROM page "                               \
  "JOIN labels_of(ARRAY(SELECT incident_id FROM page)) l ON l.incident_id = page.incident_id "  \
  "LEFT JOIN obligation o ON o.id = page.obligation_id "
#define NOROSHI_ALARM_COLUMNS                                                                         \
  "m.id, m.code, m.obligation_id, m.incident_id, m.holder, m.organization, m.role, m.level, m.raised_at, " \
  "m.due_at, m.reached_at, m.reason_ja, m.reason_en "

// All rows as views.
template <class Read>
auto read_all(const Rows& rows, Read read) {
  std::vector<decltype(read(rows[0]))> views;
  views.reserve(rows.size());
  for (const Row row : rows) views.push_back(read(row));
  return views;
}

// A page from rows asked for with one more than its limit: that one says that the list goes on.
template <class Read, class Key>
auto read_page(const Rows& rows, int limit, Read read, Key key) {
  Page<decltype(read(rows[0]))> page;
  const std::size_t shown = std::min(rows.size(), static_cast<std::size_t>(limit));
  page.items.reserve(shown);
  for (std::size_t i = 0; i < shown; ++i) page.items.push_back(read(rows[i]));
  if (rows.size() > shown) page.next = key(rows[shown - 1]);
  return page;
}

// An id that the database gave; a broken one aborts.
core::Uuid uuid_of(const Row& row, std::string_view column);

// The key in a page's cursor: the parameters that the statement compares with, all NULL on the first page.
using Key = std::vector<Parameter>;
tl::expected<Key, BadCursor> key_of(const PageRequest& page, char list, std::string_view form);

}  // namespace noroshi::store
