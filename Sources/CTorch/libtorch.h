// Whether the libtorch this shim is written for is there. Everything else of the shim stands behind CT_LIBTORCH, so that
// a missing one is told once, by libtorch.cpp, and not by each include.
#pragma once
#if __has_include(<torch/library.h>)
#include <torch/version.h>
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR == 13
#define CT_LIBTORCH 1
#endif
#endif
