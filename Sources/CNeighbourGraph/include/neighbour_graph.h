/// A graph of neighbours (HNSW, by hnswlib) over unit vectors: the rows near a query, most of them, by looking at few.
#ifndef NEIGHBOUR_GRAPH_H
#define NEIGHBOUR_GRAPH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ng_graph ng_graph;

/// A graph without rows; null where there is no memory for it.
ng_graph *ng_create(int64_t dimension);

/// A graph from a file that `ng_save` wrote; null where it is none, of another dimension, or too large for the memory. The
/// caller makes sure that not a byte was changed: the file is trusted.
ng_graph *ng_load(const char *path, int64_t dimension);

/// Null is let pass.
void ng_free(ng_graph *graph);

/// Rows in the graph: 0 up to this.
int64_t ng_count(const ng_graph *graph);

/// Puts unit vectors [count, dimension] behind the last row. After a failure the graph is of no use any more.
/// Returns 1 where it is done, 0 where memory or threads failed.
int ng_add(ng_graph *graph, const float *vectors, int64_t count, int64_t threads);

/// Rows near a unit vector, at most `wanted`, in no order. Returns how many, -1 where memory failed.
int64_t ng_search(const ng_graph *graph, const float *query, int64_t wanted, int64_t *rows);

/// Writes the graph. Returns 1 where it is done; the caller has to see that it is on the disk.
int ng_save(const ng_graph *graph, const char *path);

#ifdef __cplusplus
}
#endif
#endif
