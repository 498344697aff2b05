// All code of one instruction set. Included inside a namespace in which `Rows`, `load`, `add`, `above` and `mostQueries`
// are defined.

/// Scores of one panel's rows with `count` queries, their sums all in registers, offered to the best of each query. One
/// panel at a time: memory is then read from front to back, and reading it is what a scan for few queries waits for.
template <int count>
void tile(const vs_block &block, int64_t panel, const Queries &queries, int64_t firstQuery, Best *best) {
    const int64_t steps = quads(queries.dimension);
    const int8_t *codes = block.codes + panel * steps * 64;
    const int32_t *quad = queries.quads.data() + firstQuery;
    Sums sums[count];
    for (int q = 0; q < count; ++q) sums[q] = start(queries.offsets[firstQuery + q]);
    for (int64_t step = 0; step < steps; ++step, codes += 64, quad += queries.count) {
        const Rows rows = load(codes);
        for (int q = 0; q < count; ++q) sums[q] = add(sums[q], rows, quad[q]);
    }
    const int64_t firstRow = panel * panelRows;
    const Floats scales = *reinterpret_cast<const LooseFloats *>(block.scales + firstRow);
    for (int q = 0; q < count; ++q) {
        const Floats scores = __builtin_convertvector(sums[q], Floats) * scales;
        Best &own = best[firstQuery + q];
        for (uint32_t lanes = above(scores, own.threshold); lanes != 0; lanes &= lanes - 1) {
            const int lane = __builtin_ctz(lanes);
            const int64_t inBlock = firstRow + lane;
            // The threshold may have risen since, and a panel's last places may be empty.
            if (scores[lane] > own.threshold && inBlock < block.rows
                && queries.isWanted(firstQuery + q, block.first_row + inBlock)) {
                own.offer(scores[lane], block.first_row + inBlock);
            }
        }
    }
}

template <int count>
void tiles(const vs_block &block, int64_t panel, const Queries &queries, int64_t firstQuery, int64_t now, Best *best) {
    if (now == count) return tile<count>(block, panel, queries, firstQuery, best);
    if constexpr (count > 1) tiles<count - 1>(block, panel, queries, firstQuery, now, best);
}

void scan(const vs_block &block, const Queries &queries, Best *best) {
    // Tiles of equal width: 16 queries are 8 and 8, not 12 and 4.
    const int64_t parts = (queries.count + mostQueries - 1) / mostQueries;
    for (int64_t panel = 0; panel * panelRows < block.rows; ++panel) {
        for (int64_t part = 0; part < parts; ++part) {
            const int64_t first = queries.count * part / parts, end = queries.count * (part + 1) / parts;
            tiles<mostQueries>(block, panel, queries, first, end - first, best);
        }
    }
}
