// What people are told of a record that is not sealed: what was found, and what to do.
#pragma once

#include "src/codec/problem.h"
#include "src/store/record_fault.h"

namespace noroshi::app {

// One or two sentences and the command that helps. For logs, /readyz and doctor.
codec::Text words_of(const store::RecordFault& fault);

}  // namespace noroshi::app
