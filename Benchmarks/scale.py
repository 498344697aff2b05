#!/usr/bin/env python3
"""Measures how costs grow with what there is, fits a model to them, and says what it makes of far larger collections.

  Benchmarks/scale.py --measure scale.json [--bench .build/release/ascl-bench] [--rounds 3]
  Benchmarks/scale.py --predict scale.json [--figure docs/scale.png]

Measured, on one thread: searches among 10,000, 100,000 and 1,000,000 vectors; whole training steps of 16, 32 and 64 images at
the paper's sizes; the filter of a search in SQLite. What belongs together is measured in turns, and the fastest round counts:
on a machine that others use the figures are too large, and their ratios are not. Tables of docs/scale.md come out as Markdown;
the figure wants gnuplot.
"""
import argparse
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
ITEMS = (10_000, 100_000, 1_000_000)
BATCHES = (16, 32, 64)
DIMENSION = 256  # of the vectors that are searched

# --- Published or measured elsewhere ----------------------------------------------------------------------------------

# docs/performance.md: one idle core, a million vectors of 256 numbers (11); a pass for so many queries at once, both cores'
# time (11); pairs a second on two cores in int16 and a training step of 64 (10).
SCAN_CORE_SECONDS = 8.1e-3
PASSES = {1: 9.6e-3, 8: 11.8e-3, 64: 51.6e-3}
PAIRS_PER_SECOND, STEP_SECONDS, CORES = 100_100, 1.904, 2
CAPTIONS_PER_SECOND = 1_500  # Flickr8k's 30,000 through MiniLM in 20 s, 10
# Core-milliseconds: a photo of 500 x 375 decoded (3), ViT-B/32 of a picture and of a sentence in bfloat16 (9), a hundred
# pairs of a picture that is met for the first time (8).
DECODE, PICTURE, SENTENCE, SECOND_STAGE = 1.2, 21.4, 10.3, 80.0
# NVIDIA's data sheet of the H100 SXM: dense bfloat16, FLOP/s. What part of it is used is assumed, not measured: large
# products of a tower; the many small ones of pairs, which made 24 % of a product's rate on the CPU (1).
GPU_FLOPS, TOWER_USE, PAIR_USE = 989e12, 0.40, 0.15
# Multiply-adds of a pair's score in operators (1); a step makes four matrices, backward twice what forward does.
PAIR_MULTIPLY_ADDS, MATRICES, PASSES_OF_A_STEP = 5.02e6, 4, 3
PARAMETERS = 9 * 1024 ** 2 + 1024 * (2048 + 2048 + 768)
# Multiply-adds of an image's projections and of its side of the attentions, which every rank makes of every image of a batch.
IMAGE_MULTIPLY_ADDS = 37 * 2048 * 1024 + 36 * 4 * 1024 ** 2
FEATURE_BYTES = 36 * 2048 * 2 + 2048 * 2 + 36 * 16
CODE_BYTES, HALF_BYTES, ROW_BYTES = 1, 2, 12  # of a number, of a number, of a row: scale and id


# --- Measuring --------------------------------------------------------------------------------------------------------

def bench(program, *arguments):
    command = [str(part) for part in (program, *arguments, "--threads", 1, "--json")]
    print("+", *command[1:], file=sys.stderr, flush=True)
    finished = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    return json.loads(finished.stdout)


def filter_seconds(items):
    """The statement by which `ascl search --after` finds what may be found, on a catalogue of so many pictures."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(f"{folder}/catalogue.sqlite")
        database.executescript("""
            CREATE TABLE root (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
            CREATE TABLE content (id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, width INTEGER, height INTEGER, taken TEXT,
                camera TEXT, latitude REAL, longitude REAL, look INTEGER);
            CREATE TABLE file (root INTEGER NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
                content INTEGER, problem TEXT, written INTEGER, PRIMARY KEY (root, path)) WITHOUT ROWID;
            CREATE INDEX file_content ON file(content);
            INSERT INTO root VALUES (1, '/photos');""")
        database.executemany(
            "INSERT INTO content VALUES (?, ?, 4000, 3000, ?, 'camera', NULL, NULL, ?)",
            ((n, os.urandom(32), f"20{n % 24:02}-07-01T12:00:00", n) for n in range(items)))
        database.executemany(
            "INSERT INTO file VALUES (1, ?, 2000000, 0, ?, NULL, 0)",
            ((f"2019/{n % 365:03}/IMG_{n:08}.jpg", n) for n in range(items)))
        database.commit()
        times = []
        for _ in range(3):
            begin = time.process_time()
            found = database.execute("""
                SELECT DISTINCT content.id FROM content JOIN file ON file.content = content.id JOIN root ON root.id = file.root
                WHERE COALESCE(taken, '') >= '2012'""").fetchall()
            times.append(time.process_time() - begin)
        assert items // 3 < len(found) < items
        return min(times), os.path.getsize(f"{folder}/catalogue.sqlite") / items


def measure(program, rounds):
    search = {items: [] for items in ITEMS}
    step = {batch: [] for batch in BATCHES}
    for _ in range(rounds):
        for items in ITEMS:
            search[items].append(bench(program, "search", "--items", items, "--dimension", DIMENSION))
    for _ in range(rounds):
        for batch in BATCHES:
            step[batch].append(bench(program, "step", "--batch", batch, "--precision", "int16", "--repeat", 1))
    catalogue = {items: filter_seconds(items) for items in ITEMS}
    return {
        "search": {items: {
            "one": min(run["single"]["p50_seconds"] for run in runs),
            "eight": min(run["batch_of_8"]["p50_seconds"] for run in runs),
            "open": min(run["open_seconds"] for run in runs)} for items, runs in search.items()},
        "step": {batch: min(run["seconds"] for run in runs) for batch, runs in step.items()},
        "filter": {items: seconds for items, (seconds, _) in catalogue.items()},
        "catalogue_bytes": catalogue[ITEMS[-1]][1],
    }


# --- The model --------------------------------------------------------------------------------------------------------

def fit(points, powers):
    """Coefficients of a sum of powers, least squares of the relative errors, and the largest of these."""
    rows = [([x ** power / y for power in powers], 1.0) for x, y in points]
    size = len(powers)
    matrix = [[sum(row[i] * row[j] for row, _ in rows) for j in range(size)] + [sum(row[i] * y for row, y in rows)]
              for i in range(size)]
    for i in range(size):
        matrix[i] = [value / matrix[i][i] for value in matrix[i]]
        for j in range(size):
            if j != i:
                matrix[j] = [a - matrix[j][i] * b for a, b in zip(matrix[j], matrix[i])]
    coefficients = [row[-1] for row in matrix]
    worst = max(abs(sum(c * x ** power for c, power in zip(coefficients, powers)) / y - 1) for x, y in points)
    return coefficients, worst


def table(head, *rows):
    print("| " + " | ".join(head) + " |\n|---|" + "---:|" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()


def duration(seconds):
    for size, name in ((86400, "days"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {name}" if seconds >= 20 * size else f"{seconds / size:.1f} {name}"
    return f"{seconds * 1e3:,.0f} ms" if seconds >= 0.1 else f"{seconds * 1e3:.3g} ms"


def predict(measured, figure):
    search = {int(items): times for items, times in measured["search"].items()}
    largest = search[ITEMS[-1]]["one"]
    scan, worst = fit([(items, times["one"]) for items, times in search.items()], (0, 1))
    # The slope of an idle core: what was measured beside other work tells how it goes on, not how steep it is.
    per_row = SCAN_CORE_SECONDS / ITEMS[-1] / DIMENSION
    print(f"one query: {scan[0] * 1e3:.3f} ms + {scan[1] * 1e9:.2f} ns a vector, off by {worst:.0%} at most\n")
    table(["vectors", "one query, of a million's", "8 together, of one", "opening, of a million's"], *(
        (f"{items:,}", f"{times['one'] / largest:.4f}", f"{times['eight'] / times['one']:.2f}",
         f"{times['open'] / search[ITEMS[-1]]['open']:.3f}") for items, times in search.items()))
    passes, pass_worst = fit(list(PASSES.items()), (0, 1))
    print(f"a pass of B queries over a million x 256, core-ms: {passes[0] * 1e3:.1f} + {passes[1] * 1e3:.2f} B, "
          f"off by {pass_worst:.0%} at most\n")

    def query_cores(items, dimension, batch):
        """Core-seconds of a query among those that are looked for together."""
        return (passes[0] / batch + passes[1]) * items / 1e6 * dimension / 256

    filters = {int(items): seconds for items, seconds in measured["filter"].items()}
    table(["pictures", "filter in SQLite, core-ms", "a picture, microseconds"], *(
        (f"{items:,}", f"{seconds * 1e3:.3g}", f"{seconds / items * 1e6:.2f}") for items, seconds in filters.items()))
    filter_each = filters[ITEMS[-1]] / ITEMS[-1]

    n, d, rate = 100_000_000, 512, 1000
    row = d * (CODE_BYTES + HALF_BYTES) + ROW_BYTES
    print(f"## {n:,} pictures of {d} numbers, {rate:,} queries/s\n")
    table(["", "a picture or query", "all"], *(
        ("vectors on disk and in memory", f"{row:,} B", f"{n * row / 1e9:,.0f} GB"),
        ("of these, codes that a scan reads", f"{d:,} B", f"{n * d / 1e9:,.0f} GB"),
        ("float16 of 10,000 candidates, read here and there", f"{10_000 * d * HALF_BYTES / 1e6:.1f} MB",
         f"{10_000 * d * HALF_BYTES * rate / 1e9:.1f} GB/s"),
        ("features for a second stage, 36 x 2,048", f"{FEATURE_BYTES:,} B", f"{n * FEATURE_BYTES / 1e12:,.1f} TB"),
        ("catalogue", f"{measured['catalogue_bytes']:,.0f} B", f"{n * measured['catalogue_bytes'] / 1e9:,.0f} GB"),
        ("indexing by ViT-B/32: decoding and tower", f"{DECODE + PICTURE:.1f} core-ms",
         f"{n * (DECODE + PICTURE) / 1e3 / 86400:,.0f} core-days"),
        ("sentence", f"{SENTENCE:.1f} core-ms", f"{SENTENCE * rate / 1e3:,.0f} cores"),
        *((f"scan, {batch} {'query alone' if batch == 1 else 'queries together'}", f"{query_cores(n, d, batch):.3g} core-s",
           f"{query_cores(n, d, batch) * rate:,.0f} cores") for batch in (1, 8, 64)),
        ("second stage, a hundred pairs not met before", f"{SECOND_STAGE:.0f} core-ms", f"{SECOND_STAGE * rate / 1e3:,.0f} cores"),
        ("second stage, features read", f"{100 * FEATURE_BYTES / 1e6:.1f} MB", f"{100 * FEATURE_BYTES * rate / 1e9:,.1f} GB/s"),
        ("filter in SQLite", f"{filter_each * n:,.0f} core-s", f"{filter_each * n * rate:,.0f} cores")))
    per_pass = query_cores(n, d, 64) * 64
    table(["cores in all, 64 queries a pass", "a pass", "queries/s"], *(
        (f"{cores:,}", duration(per_pass / cores), f"{64 * cores / per_pass:,.0f}") for cores in (64, 256, 1024)))

    steps = {int(batch): seconds for batch, seconds in measured["step"].items()}
    (linear, square), step_worst = fit(list(steps.items()), (1, 2))
    scale = STEP_SECONDS / (linear * 64 + square * 64 ** 2)
    linear, square = linear * scale, square * scale
    print(f"a step of B: {linear * 1e3:.1f} ms B + {square * 1e3:.3f} ms B^2 on two idle cores, off by {step_worst:.0%} at most\n")
    table(["batch", "step, of 64's"], *((batch, f"{seconds / steps[64]:.3f}") for batch, seconds in steps.items()))

    print("## MSCOCO: 113,287 images, 566,435 captions, D 1,024\n")
    pairs_5k, pairs_all = 5_000 * 25_010, 113_287 * 566_435
    captions = 25_010 / CAPTIONS_PER_SECOND
    table(["evaluation, shards of two cores", "5,000 x 25,010", "share of the ideal", "all pairs"], *(
        (shards, duration(captions + pairs_5k / PAIRS_PER_SECOND / shards),
         f"{pairs_5k / PAIRS_PER_SECOND / (captions * shards + pairs_5k / PAIRS_PER_SECOND):.0%}",
         duration(566_435 / CAPTIONS_PER_SECOND + pairs_all / PAIRS_PER_SECOND / shards)) for shards in (1, 8, 64, 512)))

    # Half of what grows with the batch is the images', which every rank makes by itself.
    def cpu_step(batch, ranks): return linear * batch * (1 + 1 / ranks) / 2 + square * batch ** 2 / ranks
    table(["an epoch in batches of 64, ranks of two cores", "step", "epoch", "pairs/s", "of one rank's"], *(
        (ranks, duration(cpu_step(64, ranks)), duration(566_435 / 64 * cpu_step(64, ranks)),
         f"{64 / cpu_step(64, ranks):,.0f}",
         f"{cpu_step(64, 1) / cpu_step(64, ranks):.1f}") for ranks in (1, 2, 4, 16)))

    print("## CC12M: 12,400,000 pairs, estimates\n")
    pairs = 12_400_000
    flops = 2 * PAIR_MULTIPLY_ADDS * PASSES_OF_A_STEP * MATRICES
    rows = []
    for gpus in (8, 64):
        for batch in (1_024, 8_192):
            own = flops * batch ** 2 / gpus / (GPU_FLOPS * PAIR_USE)
            all_images = 2 * IMAGE_MULTIPLY_ADDS * PASSES_OF_A_STEP * batch / (GPU_FLOPS * TOWER_USE)
            step = own + all_images
            # A ring's sum sends the gradients twice; scores are gathered, and come back as gradients.
            sent = 2 * 4 * PARAMETERS + 2 * 4 * 2 * batch ** 2
            rows.append((
                gpus, f"{batch:,}", duration(step), f"{all_images / step:.0%}", duration(step * pairs / batch),
                f"{batch * FEATURE_BYTES / step / 1e9:.1f} GB/s", f"{sent / step / 1e9:.1f} GB/s"))
    table(["GPUs", "global batch", "step", "of it, what every rank does", "epoch", "features read, each rank", "network, each rank"],
          *rows)
    tower = 2 * 4.4e9 / (GPU_FLOPS * TOWER_USE)
    print(f"pictures by ViT-B/32: {duration(pairs * tower)} of one GPU, {pairs * DECODE / 1e3 / 3600:.1f} core-h of decoding; "
          f"{1e-3 * DECODE / tower:.0f} cores decode for one GPU; features {pairs * FEATURE_BYTES / 1e12:.1f} TB")
    if figure:
        draw(figure, search, scan, per_row, filters)


def draw(path, search, scan, per_row, filters):
    """Measured searches and the lines through them, far beyond."""
    largest = search[ITEMS[-1]]["one"]
    points = "\n".join(f"{items} {times['one'] / largest * SCAN_CORE_SECONDS * 1e3}" for items, times in search.items())
    filtered = "\n".join(f"{items} {seconds * 1e3}" for items, seconds in filters.items())
    script = f"""
        set terminal pngcairo size 900,520 font "sans,12"
        set output "{path}"
        set logscale xy
        set grid
        set key left top
        set xrange [1e4:2e8]
        set yrange [0.01:1e5]
        set format xy "10^{{%T}}"
        set xlabel "pictures"
        set ylabel "core-milliseconds of a query"
        $measured << END\n{points}\nEND
        $filtered << END\n{filtered}\nEND
        alone(n) = {scan[0] / largest * SCAN_CORE_SECONDS * 1e3} + n * {per_row * DIMENSION * 1e3}
        together(n) = n * {PASSES[64] / 64 / 1e6 * 1e3}
        plot x * {filters[ITEMS[-1]] / ITEMS[-1] * 1e3} with lines lw 2 lc rgb "#c03020" title "filter in SQLite", \\
            $filtered with points pt 7 ps 1.5 lc rgb "#c03020" title "measured", \\
            alone(x) with lines lw 2 lc rgb "#2040a0" title "scan of 256 numbers, one query alone", \\
            $measured with points pt 7 ps 1.5 lc rgb "#2040a0" title "measured", \\
            together(x) with lines lw 2 lc rgb "#20a060" title "scan, 64 queries together", \\
            {SECOND_STAGE} with lines dt 2 lw 2 lc rgb "#606060" title "a second stage of 100 new pictures", \\
            {SENTENCE} with lines dt 3 lw 2 lc rgb "#606060" title "a sentence by ViT-B/32"
    """
    subprocess.run(["gnuplot"], input="\n".join(line.strip() for line in script.splitlines()), text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--predict", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--bench", default=ROOT / ".build/release/ascl-bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--figure", type=pathlib.Path)
    options = parser.parse_args()
    if options.measure:
        options.measure.write_text(json.dumps(measure(options.bench, options.rounds), indent=1) + "\n")
    if options.predict:
        predict(json.loads(options.predict.read_text()), options.figure)
    if not options.measure and not options.predict:
        parser.error("expected --measure or --predict")


if __name__ == "__main__":
    main()
