// A gradient under way: what it recorded is alive for as long as it runs, on whatever thread that is used.
#pragma once

#include <Python.h>

#include <cstdint>

namespace numtorch {

struct RunObject {
  PyObject_HEAD
  RunObject* outer;   // a gradient of another thread whose values this one used, so that it lives on with it; or null
  PyObject* sources;  // weak references to what it is taken with respect to; a tuple, or null
  std::uint64_t edition;  // the number that `sources` were set at
  std::uint64_t rival;    // the last edition of another run's that they were compared with,
  bool rival_shares;      // and what came of it
  bool active;            // not over yet
  int pending;            // writes of other threads through a view that have not arrived where they belong
};

extern PyTypeObject* run_type;
extern int active_scopes;  // gradients under way, on all threads

// Is the run, or one that it lives on with, not over? Null is not.
inline bool is_alive(const RunObject* run) {
  for (; run != nullptr; run = run->outer) {
    if (run->active) return true;
  }
  return false;
}

// Is one of the two the other, or lives on with it?
bool are_related(const RunObject* a, const RunObject* b);

// The run that this thread's work belongs to: that of its own gradient, else the one that its context was handed on
// from (contextvars); borrowed or null.
RunObject* current_run();

// Is this thread taking a gradient of its own?
bool has_scope();

// Inside ignore(), or paused?
bool is_ignored();

// The run of a node that depends on nodes of `home` (or none yet) and `other`, both alive. Throws where a thread mixes
// two gradients neither of which is part of the other.
RunObject* joined(RunObject* home, RunObject* other);

// Is a source of the run that is over one of `now`, too? Then a value of it would be a constant that it is not.
bool shares_source(RunObject* over, RunObject* now);

// Adds to the sources of `now` those of `over`.
void add_sources(RunObject* now, const RunObject* over);

// The next number in the order of all that is recorded.
std::uint64_t next_sequence();

// Writes through a view that are on their way: of this thread's gradient, or of the run that its work belongs to.
int& pending_writes(RunObject* run);

void register_run(PyObject* module);

}  // namespace numtorch
