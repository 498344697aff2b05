// Says in one line what is wrong with libtorch.
#include "libtorch.h"

#define CT_QUOTED(text) #text
#define CT_VERSION(major, minor) CT_QUOTED(major) "." CT_QUOTED(minor)

#if !__has_include(<torch/library.h>)
#error "libtorch is missing: run `make setup` in a checkout of AsCL for Swift, or set LIBTORCH to a folder of libtorch 2.13"
#elif !CT_LIBTORCH
static_assert(
    false, "libtorch 2.13 is needed, found " CT_VERSION(TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR)
           ": run `make setup` in a checkout of AsCL for Swift, or set LIBTORCH to a folder of libtorch 2.13");
#endif
