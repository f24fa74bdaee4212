// How libtorch's kernels take reversed views (view.h): as they take conjugates, resolved at the entry and free until
// then.
#pragma once

namespace numtorch {

// From now on libtorch's dispatcher hands every call with a reversed view over to numtorch.
void register_reversed();

}  // namespace numtorch
