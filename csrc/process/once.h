// Objects that are found once, at the first use.
#pragma once

namespace numtorch {

// For static variables. The language's own way holds a lock while the initialiser runs: where that gives the GIL up (an
// import, a garbage collection), a thread that has the GIL and waits for the lock waits for ever. Here the GIL is all
// that guards it, and at worst two threads find the same object.
template <class T>
class Once {
 public:
  constexpr explicit Once(T* (*find)()) : find_(find) {}
  operator T*() {
    if (found_ == nullptr) found_ = find_();
    return found_;
  }

 private:
  T* (*find_)();
  T* found_ = nullptr;
};

}  // namespace numtorch
