// What c10d's header says of Gloo's devices: handed on by pointer, never looked into here.
#pragma once

namespace gloo::transport {

class Device;
class UnboundBuffer;

}  // namespace gloo::transport
