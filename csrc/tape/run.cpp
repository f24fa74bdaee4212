#include "tape/run.h"

#include <structmember.h>

#include <unordered_set>
#include <utility>
#include <vector>

#include "errors/errors.h"
#include "tape/ignore.h"
#include "tape/sharing.h"

namespace numtorch {

PyTypeObject* run_type = nullptr;
int active_scopes = 0;

namespace {

// What enter_scope found and exit_scope puts back.
struct Before {
  int pending;
  bool paused;
  Ref ignores;  // a token of the context variable, or null
};

// What this thread records.
struct Scopes {
  int depth = 0;              // gradients under way
  bool paused = false;        // inside set_paused(True)
  bool revived = false;       // a run that is over, for its way back
  bool owns = false;          // the outermost gradient began here, and was not taken over from another thread
  int pending = 0;            // writes through a view that have not arrived where they belong
  RunObject* run = nullptr;   // of the outermost gradient, owned
  PyObject* token = nullptr;  // of the context variable, owned
  std::vector<Before> outer;
};

thread_local Scopes scopes;
std::uint64_t sequence_counter = 0;  // guarded by the GIL, as all below

PyObject* run_variable = nullptr;  // the run of this context, or None

RunObject* as_run(PyObject* object) { return reinterpret_cast<RunObject*>(object); }

RunObject* context_run() {
  const Ref value = context_value(run_variable);
  if (!value || value.get() == Py_None || !is_alive(as_run(value.get()))) return nullptr;
  return as_run(value.get());  // the context holds it
}

bool lives_in(const RunObject* run, const RunObject* other) {
  for (; run != nullptr; run = run->outer) {
    if (run == other) return true;
  }
  return false;
}

RunObject* make_run() {
  auto* run = as_run(check(run_type->tp_alloc(run_type, 0)).release());
  run->active = true;
  return run;
}

void deallocate(PyObject* self) {
  RunObject* run = as_run(self);
  Py_CLEAR(run->outer);
  Py_CLEAR(run->sources);
  PyTypeObject* type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* get_alive(PyObject* self, void*) { return PyBool_FromLong(is_alive(as_run(self))); }

PyObject* get_outer(PyObject* self, void*) {
  RunObject* outer = as_run(self)->outer;
  return Py_NewRef(is_alive(outer) ? reinterpret_cast<PyObject*>(outer) : Py_None);
}

// What a weak reference refers to, or null. Borrowed: what is compared is only who it is.
PyObject* referent(PyObject* reference) {
#if PY_VERSION_HEX >= 0x030D0000
  PyObject* object = nullptr;
  check(PyWeakref_GetRef(reference, &object));
  Py_XDECREF(object);
  return object;
#else
  PyObject* object = PyWeakref_GetObject(reference);
  return object == Py_None ? nullptr : object;
#endif
}

void set_references(RunObject* run, PyObject* list) {
  Py_XSETREF(run->sources, check(PyList_AsTuple(list)).release());
  run->edition = ++sequence_counter;
}

std::unordered_set<PyObject*> referents(PyObject* references) {
  std::unordered_set<PyObject*> found;
  for (Py_ssize_t i = 0; references != nullptr && i < PyTuple_GET_SIZE(references); ++i) {
    if (PyObject* object = referent(PyTuple_GET_ITEM(references, i))) found.insert(object);
  }
  return found;
}

// run.has_source(x): is x what the run was taken with respect to?
PyObject* has_source(PyObject* self, PyObject* object) {
  return PyBool_FromLong(referents(as_run(self)->sources).contains(object) ? 1 : 0);
}

PyMethodDef methods[] = {
    {"has_source", has_source, METH_O, "has_source(x): is x what this gradient is taken with respect to?"},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef getset[] = {
    {"alive", get_alive, nullptr, "Whether it, or a gradient that it is part of, is not over.", nullptr},
    {"outer", get_outer, nullptr, "The gradient of another thread that it is part of, or None.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>("A gradient under way.")},
    {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
    {Py_tp_methods, methods},
    {Py_tp_getset, getset},
    {0, nullptr},
};

PyType_Spec spec{"numtorch._core.Run", sizeof(RunObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                 slots};

// The outermost gradient of this thread begins: a run of its own, or `given`, for work that belongs to another
// thread's.
void begin_run(PyObject* given) {
  if (given != nullptr) {
    scopes.run = as_run(Py_NewRef(given));
    scopes.owns = false;
    scopes.revived = !is_alive(scopes.run);
    if (scopes.revived) scopes.run->active = true;
    return;
  }
  RunObject* outer = context_run();
  RunObject* run = make_run();
  run->outer = as_run(Py_XNewRef(reinterpret_cast<PyObject*>(outer)));
  scopes.run = run;
  scopes.owns = true;
  scopes.revived = false;
  scopes.token = check(PyContextVar_Set(run_variable, reinterpret_cast<PyObject*>(run))).release();
}

void end_run() {
  const Ref run(reinterpret_cast<PyObject*>(std::exchange(scopes.run, nullptr)));
  if (!scopes.owns) {
    if (scopes.revived) as_run(run.get())->active = false;
    return;
  }
  as_run(run.get())->active = false;
  const Ref token(std::exchange(scopes.token, nullptr));
  check(PyContextVar_Reset(run_variable, token.get()));
  forget_families();
}

// enter_scope(run=None): the number from which on nodes are the scope's own.
PyObject* enter_scope(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    PyObject* given = count > 0 && args[0] != Py_None ? args[0] : nullptr;
    if (count > 1 || (given != nullptr && Py_TYPE(given) != run_type)) {
      fail(PyExc_TypeError, "enter_scope: takes a Run or nothing");
    }
    if (scopes.depth == 0) begin_run(given);
    ++scopes.depth;
    ++active_scopes;
    scopes.outer.push_back({std::exchange(scopes.pending, 0), std::exchange(scopes.paused, false), Ref()});
    scopes.outer.back().ignores = leave_ignores();
    return PyLong_FromUnsignedLongLong(++sequence_counter);
  });
}

PyObject* exit_scope(PyObject*, PyObject*) {
  return guarded([&]() -> PyObject* {
    if (scopes.depth == 0) fail(PyExc_RuntimeError, "exit_scope: no gradient is being taken on this thread");
    --scopes.depth;
    --active_scopes;
    const Before before = std::move(scopes.outer.back());
    scopes.outer.pop_back();
    scopes.pending = before.pending;
    scopes.paused = before.paused;
    return_to_ignores(before.ignores);
    if (scopes.depth == 0) end_run();
    Py_RETURN_NONE;
  });
}

// Raises if something like operator.iadd(x[1:], y) dropped what was to be written.
PyObject* check_writes(PyObject*, PyObject*) {
  const int elsewhere = scopes.depth == 1 && scopes.run != nullptr ? scopes.run->pending : 0;
  if (scopes.pending + elsewhere == 0) Py_RETURN_NONE;
  PyErr_SetString(
      PyExc_NotImplementedError,
      "gradient: an in-place operation on a view (x[1:] += y, but not as such a statement) never reached the "
      "array that it is a view of; write x[1:] += y or x[1:] = x[1:] + y");
  return nullptr;
}

PyObject* set_paused(PyObject*, PyObject* paused) {
  return guarded([&] {
    const bool before = scopes.paused;
    scopes.paused = check(PyObject_IsTrue(paused)) != 0;
    return PyBool_FromLong(before);
  });
}

PyObject* recording(PyObject*, PyObject*) {
  return guarded([&] { return PyBool_FromLong(active_scopes != 0 && current_run() != nullptr && !is_ignored()); });
}

PyObject* recording_anywhere(PyObject*, PyObject*) {
  return guarded([&] { return PyBool_FromLong(active_scopes != 0 && !is_ignored()); });
}

PyObject* scope_depth(PyObject*, PyObject*) { return PyLong_FromLong(scopes.depth); }
PyObject* next_sequence_function(PyObject*, PyObject*) { return PyLong_FromUnsignedLongLong(++sequence_counter); }

PyObject* current_run_function(PyObject*, PyObject*) {
  return guarded([&] {
    auto* run = reinterpret_cast<PyObject*>(current_run());
    return Py_NewRef(run == nullptr ? Py_None : run);
  });
}

// set_sources(objects): what this thread's outermost gradient is taken with respect to.
PyObject* set_sources(PyObject*, PyObject* objects) {
  return guarded([&]() -> PyObject* {
    if (scopes.run == nullptr || !PyList_Check(objects)) fail(PyExc_TypeError, "set_sources: takes a list, in a scope");
    Ref references = check(PyList_New(0));
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(objects); ++i) {
      const Ref reference(PyWeakref_NewRef(PyList_GET_ITEM(objects, i), nullptr));
      if (reference) {
        check(PyList_Append(references.get(), reference.get()));
      } else {
        PyErr_Clear();  // a number: no two are one
      }
    }
    set_references(scopes.run, references.get());
    Py_RETURN_NONE;
  });
}

PyMethodDef functions[] = {
    {"enter_scope", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(enter_scope)), METH_FASTCALL, nullptr},
    {"exit_scope", exit_scope, METH_NOARGS, nullptr},
    {"check_writes", check_writes, METH_NOARGS, nullptr},
    {"set_paused", set_paused, METH_O, nullptr},
    {"recording", recording, METH_NOARGS, nullptr},
    {"recording_anywhere", recording_anywhere, METH_NOARGS, nullptr},
    {"scope_depth", scope_depth, METH_NOARGS, nullptr},
    {"next_sequence", next_sequence_function, METH_NOARGS, nullptr},
    {"current_run", current_run_function, METH_NOARGS, nullptr},
    {"set_sources", set_sources, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool are_related(const RunObject* a, const RunObject* b) { return lives_in(a, b) || lives_in(b, a); }

RunObject* current_run() { return scopes.run != nullptr ? scopes.run : context_run(); }

bool has_scope() { return scopes.depth != 0; }

bool is_ignored() { return scopes.paused || (open_ignores != 0 && is_in_ignore()); }

RunObject* joined(RunObject* home, RunObject* other) {
  if (home == nullptr || home == other) return other;
  if (are_related(home, other)) return home;
  if (home != scopes.run || home->outer != nullptr) {
    fail(PyExc_RuntimeError,
         "gradient: an operation takes values of two gradients that are being taken on different threads; make one of "
         "them a constant with dropgrad");
  }
  home->outer = as_run(Py_NewRef(reinterpret_cast<PyObject*>(other)));
  return home;
}

bool shares_source(RunObject* over, RunObject* now) {
  if (over->sources == nullptr || now->sources == nullptr) return false;
  if (over->rival == now->edition) return over->rival_shares;
  const auto known = referents(now->sources);
  bool shares = false;
  for (Py_ssize_t i = 0; !shares && i < PyTuple_GET_SIZE(over->sources); ++i) {
    PyObject* object = referent(PyTuple_GET_ITEM(over->sources, i));
    shares = object != nullptr && known.contains(object);
  }
  over->rival = now->edition;
  over->rival_shares = shares;
  return shares;
}

void add_sources(RunObject* now, const RunObject* over) {
  const auto known = referents(now->sources);
  const Ref all = check(PySequence_List(now->sources));
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(over->sources); ++i) {
    PyObject* reference = PyTuple_GET_ITEM(over->sources, i);
    PyObject* object = referent(reference);
    if (object != nullptr && !known.contains(object)) check(PyList_Append(all.get(), reference));
  }
  set_references(now, all.get());
}

std::uint64_t next_sequence() { return ++sequence_counter; }

int& pending_writes(RunObject* run) { return has_scope() || run == nullptr ? scopes.pending : run->pending; }

void register_run(PyObject* module) {
  run_type = reinterpret_cast<PyTypeObject*>(check(PyType_FromModuleAndSpec(module, &spec, nullptr)).release());
  check(PyModule_AddObjectRef(module, "Run", reinterpret_cast<PyObject*>(run_type)));
  run_variable = check(PyContextVar_New("numtorch.gradient", nullptr)).release();
  register_ignore(module);
  check(PyModule_AddFunctions(module, functions));
}

}  // namespace numtorch
