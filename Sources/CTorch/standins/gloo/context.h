// What c10d's header says of Gloo's contexts: libtorch brings Gloo's code inside it, and none of its headers. No context
// is made or looked into here.
#pragma once
#include <chrono>

namespace gloo {

class Context {
  public:
    void setTimeout(std::chrono::milliseconds timeout);
    std::chrono::milliseconds getTimeout() const;
};

}  // namespace gloo
