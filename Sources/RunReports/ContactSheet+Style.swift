extension ContactSheet {
    /// The page's look: the system's own fonts, light or dark as the reader has it, a grid on the screen and on paper.
    static let style = """
        :root { color-scheme: light dark; --ink: #111; --faint: #555; --paper: #fff; --card: #f3f3f3; --mark: #ffe58a; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #eee; --faint: #aaa; --paper: #141414; --card: #222; --mark: #6b5800; }
        }
        body { margin: 2rem auto; max-width: 90rem; padding: 0 1.25rem; color: var(--ink); background: var(--paper);
          font: 0.95rem/1.45 system-ui, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
        .note { color: var(--faint); margin: 0.3rem 0 1.5rem; overflow-wrap: anywhere; }
        .sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1.25rem;
          align-items: start; list-style: none; margin: 0; padding: 0; }
        figure { margin: 0; background: var(--card); border-radius: 0.4rem; overflow: hidden; break-inside: avoid; }
        .picture { position: relative; overflow: hidden; }
        img { display: block; width: 100%; height: auto; }
        .problem { margin: 0; padding: 3rem 1rem; text-align: center; color: var(--faint); font-style: italic;
          border-bottom: 1px solid var(--faint); overflow-wrap: anywhere; }
        .box { position: absolute; box-sizing: border-box; border: 2px solid transparent; pointer-events: none; opacity: 0;
          background: color-mix(in srgb, var(--tint) calc(45% * var(--weight)), transparent); transition: opacity 0.15s; }
        .box.shown { opacity: 1; }
        .box.first { z-index: 1; border-color: var(--tint); outline: 1px solid #000c; outline-offset: -3px; }
        .box b { position: absolute; left: -2px; bottom: 100%; padding: 0 0.3em; background: var(--tint); color: #000;
          font-size: 0.7rem; line-height: 1.4; font-weight: 600; white-space: nowrap; }
        .box.far b { left: auto; right: -2px; }
        .box.high b { bottom: auto; top: 0; }
        .words { margin: 0.4rem 0 0; line-height: 1.9; }
        .word { padding: 0.1em 0.3em; border-radius: 0.25em; border-bottom: 2px solid var(--tint); white-space: nowrap;
          background: color-mix(in srgb, var(--tint) calc(60% * var(--shade)), transparent); }
        .word i { font-size: 0.7rem; font-style: normal; color: var(--faint); font-variant-numeric: tabular-nums; }
        .word s { color: var(--faint); }
        .word:focus { outline: 0.2rem solid var(--tint); }
        figure:has(.word:hover) .box, figure:has(.word:focus) .box { opacity: 0; }
        figcaption { padding: 0.6rem 0.8rem 0.8rem; }
        .hit { display: flex; gap: 0.6rem; align-items: baseline; margin: 0; }
        .name { flex: 1; overflow-wrap: anywhere; }
        .score { font-variant-numeric: tabular-nums; color: var(--faint); }
        .captions { margin: 0.4rem 0 0; padding-left: 1.1rem; font-size: 0.85rem; color: var(--faint); }
        .right { color: var(--ink); }
        mark { color: inherit; background: var(--mark); padding: 0 0.15em; }
        @media print {
          :root { --ink: #000; --faint: #444; --paper: #fff; --card: #fff; --mark: #ffe58a; }
          body { margin: 0; max-width: none; padding: 0; font-size: 9pt; }
          .sheet { grid-template-columns: repeat(3, 1fr); gap: 4mm; }
          figure { border: 1px solid #999; }
          .box, .box b, .word, mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }
        @media (prefers-reduced-motion: reduce) { .box { transition: none; } }
        """

    /// Colours of the words, one after the other.
    private static let palette = ["#f90", "#2cf", "#f6c", "#7d3", "#fd2", "#a8f", "#f66", "#3db"]

    /// Each word's colour, and that its boxes alone show while it is pointed at.
    var tints: String {
        (0..<(entries.map(\.words.count).max() ?? 0)).map { number in
            """
            .of-\(number), .word-\(number) { --tint: \(Self.palette[number % Self.palette.count]); }
            figure:has(.word-\(number):hover) .of-\(number), figure:has(.word-\(number):focus) .of-\(number) { opacity: 1;
              background: color-mix(in srgb, var(--tint) calc(45% * var(--weight)), transparent); }
            """
        }.joined(separator: "\n")
    }
}
