// Ctrl-C and SIGTERM, in a command that waits for something else most of the time.
#pragma once

#include <chrono>

namespace noroshi::cli {

// Thrown by wait(): a person has had enough, and everything is to end in order.
struct Interrupted {};

// Before any thread is started: from then on neither signal ends the process, whoever waits learns of it.
void block_interruption();

// Waits so long, of steady time. Throws Interrupted where one of the signals comes or has come meanwhile.
void wait(std::chrono::nanoseconds length);

}  // namespace noroshi::cli
