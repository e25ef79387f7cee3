// What can go wrong with the database, by meaning. None of these carries a text of PostgreSQL that may quote
// a row
// ("Failing row contains (…)", "invalid input syntax for type uuid: …"), since what() ends up in logs. Two
// texts are safe and kept: that of a connection that failed, and that of SQLSTATE class 42, which speaks of
// our own SQL.
#pragma once

#include <stdexcept>
#include <string>

namespace noroshi::store {

class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(const std::string& what, std::string sqlstate)
      : std::runtime_error(what), sqlstate_(std::move(sqlstate)) {}
  // Five characters (PostgreSQL documentation, appendix A); empty where the server said nothing.
  const std::string& sqlstate() const noexcept { return sqlstate_; }

 private:
  std::string sqlstate_;
};

// No database now: it cannot be reached, the connection was lost, the server is shutting down, is a standby,
// is out of a resource (disk, connections, memory) or took longer than the connection's limits allow. Nothing
// of the transaction was or will be stored. SQLSTATE classes 08, 53, 57P, 57014, 58, 25006. Try later: 503.
class Unavailable : public DatabaseError {
 public:
  using DatabaseError::DatabaseError;
};

// The transaction may be stored, or not, or be stored on this node without the standby's word: the connection
// was lost during COMMIT, no answer to it came in time, or the wait for a synchronous standby was cancelled
// (notice 01000). Only asking again under the same key tells. Never answer with success, never with a
// refusal: 503.
class UnknownOutcome : public DatabaseError {
 public:
  using DatabaseError::DatabaseError;
};

// The transaction lost against another: serialization failure, deadlock, lock not had in time (40001, 40P01,
// 55P03). Nothing was stored; the same transaction may simply be run again.
class Conflict : public DatabaseError {
 public:
  using DatabaseError::DatabaseError;
};

// A constraint said no (class 23). Nothing was stored.
class ConstraintViolation : public DatabaseError {
 public:
  ConstraintViolation(std::string constraint, std::string sqlstate);
  // As the schema names it; for a NOT NULL, which has no name, "table.column". Empty only where a trigger
  // raised the error without naming one.
  const std::string& constraint() const noexcept { return constraint_; }

 private:
  std::string constraint_;
};

// Everything else: a mistake of ours or a broken database. Nothing was stored. Look the SQLSTATE up.
class DatabaseFault : public DatabaseError {
 public:
  using DatabaseError::DatabaseError;
};

// The database answers but is not set up as the program needs it (locale of messages, encoding, version,
// missing role). what() says what to change; an operator must act.
class DatabaseMisconfigured : public DatabaseError {
 public:
  using DatabaseError::DatabaseError;
};

// What stands there is sealed (content_keys.h) and does not open: its epoch's key is not here, or it was altered. Nothing of it is
// told.
class ContentUnreadable : public DatabaseFault {
 public:
  explicit ContentUnreadable(const std::string& what) : DatabaseFault(what, "") {}
};

// A text that PostgreSQL cannot hold: it contains U+0000. Raised before anything is sent.
class UnstorableText : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace noroshi::store
