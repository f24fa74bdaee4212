// libtorch's header of batches (ATen/functorch/Interpreter.h) includes this library, which the wheel leaves out, for
// functions that nothing here calls. What they name is declared, and defined nowhere.
#pragma once

#include <string>

namespace nlohmann {

class json {
 public:
  json();
  template <class T>
  explicit json(const T& value);
  static json parse(const std::string& text);
  std::string dump() const;
  template <class T>
  T get() const;
};

}  // namespace nlohmann
