// What every function of the C interface does about failures.
#pragma once

#include <cstdint>
#include <new>
#include <stdexcept>

#include "CRegions.h"

/// Runs `body` where the sizes are possible; what goes wrong becomes a status, for no exception may leave.
template <typename Body>
int64_t guarded(bool sizes_are_sound, Body body) noexcept {
    if (!sizes_are_sound) return REGIONS_BAD_SIZES;
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return REGIONS_OUT_OF_MEMORY;
    } catch (const std::length_error &) {
        return REGIONS_BAD_SIZES;
    } catch (...) {
        return REGIONS_FAILED;
    }
}
