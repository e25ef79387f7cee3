// The shown clock of a database: one row that maps the database's time (schemas/sql, clock()).
#pragma once

#include "src/store/database.h"

namespace noroshi::store {

// Lets the shown clock run `rate` times as fast as the real one. Once, before anything has happened in the
// database; the same rate again does nothing. Throws ConstraintViolation where it is too late for that.
void set_shown_clock(Connection& owner, double rate);

// What the shown clock shows. A connection of any role.
Timestamp shown_time(Connection& connection);

// Lets the shown clock go on from `at`, `rate` times as fast as the real one: a demonstration goes through
// the dates of a case in this way. Never outside a folder that a demonstration made.
void show_time(Connection& owner, Timestamp at, double rate = 1);
// And back to the real time and its rate.
void show_real_time(Connection& owner);

// Whether the shown clock is the real one: neither faster nor moved. A connection of any role.
bool clock_is_real(Connection& connection);

}  // namespace noroshi::store
