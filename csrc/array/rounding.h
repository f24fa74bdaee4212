// Casts to float16, which libtorch makes by way of float32 and so rounds twice.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>

namespace numtorch {

// `value` as what any cast to float16 by way of float32 rounds once; other dtypes as they are. Computed where it is.
at::Tensor rounded_to_odd(const at::Tensor& value);

// The same number for one that the host knows.
double rounded_to_odd(double number);

// _to_copy(self, dtype, ...) on the stack: prepares a float64 that is to become float16.
void prepare_half(c10::Stack& stack);

}  // namespace numtorch
