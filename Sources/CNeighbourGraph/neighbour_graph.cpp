// hnswlib behind a C interface: exceptions become results.
#include "neighbour_graph.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include <hnswlib/hnswlib.h>

namespace {

/// Links of a row, and how many rows are looked at to choose them.
constexpr size_t links = 16, breadth = 100;
/// Rows that a search looks at, at least.
constexpr size_t searched = 200;

}  // namespace

struct ng_graph {
    explicit ng_graph(int64_t dimension) : dimension(dimension), space(dimension) {}

    int64_t dimension;
    hnswlib::InnerProductSpace space;
    std::unique_ptr<hnswlib::HierarchicalNSW<float>> graph;
};

ng_graph *ng_create(int64_t dimension) try {
    auto made = std::make_unique<ng_graph>(dimension);
    made->graph = std::make_unique<hnswlib::HierarchicalNSW<float>>(&made->space, 1024, links, breadth);
    made->graph->setEf(searched);
    return made.release();
} catch (const std::exception &) {
    return nullptr;
}

ng_graph *ng_load(const char *path, int64_t dimension) try {
    auto made = std::make_unique<ng_graph>(dimension);
    made->graph = std::make_unique<hnswlib::HierarchicalNSW<float>>(&made->space, path);
    if (made->graph->data_size_ != made->space.get_data_size()) return nullptr;
    made->graph->setEf(searched);
    return made.release();
} catch (const std::exception &) {
    return nullptr;
}

void ng_free(ng_graph *graph) { delete graph; }

int64_t ng_count(const ng_graph *graph) { return int64_t(graph->graph->cur_element_count); }

int ng_add(ng_graph *graph, const float *vectors, int64_t count, int64_t threads) try {
    auto &own = *graph->graph;
    const size_t first = own.cur_element_count, end = first + size_t(count);
    // By a half at a time: every resizing moves all rows.
    if (end > own.max_elements_) own.resizeIndex(std::max(end, own.max_elements_ + own.max_elements_ / 2));
    std::atomic<int64_t> next = 0;
    std::atomic<bool> hasFailed = false;
    const auto work = [&] {
        try {
            for (int64_t row; !hasFailed && (row = next.fetch_add(1)) < count;) {
                own.addPoint(vectors + row * graph->dimension, first + size_t(row));
            }
        } catch (const std::exception &) {
            hasFailed = true;
        }
    };
    std::vector<std::thread> others;
    try {
        for (int64_t thread = 1; thread < threads; ++thread) others.emplace_back(work);
    } catch (const std::exception &) {
        // Those that run do it all.
    }
    work();
    for (std::thread &other : others) other.join();
    return hasFailed ? 0 : 1;
} catch (const std::exception &) {
    return 0;
}

int64_t ng_search(const ng_graph *graph, const float *query, int64_t wanted, int64_t *rows) try {
    auto found = graph->graph->searchKnn(query, size_t(wanted));
    int64_t count = 0;
    for (; !found.empty(); found.pop()) rows[count++] = int64_t(found.top().second);
    return count;
} catch (const std::exception &) {
    return -1;
}

int ng_save(const ng_graph *graph, const char *path) try {
    graph->graph->saveIndex(path);
    return 1;
} catch (const std::exception &) {
    return 0;
}
