extension Report {
    /// The page's look: the system's own fonts, black on white, for the screen and for paper.
    static let style = """
        :root { color-scheme: light; }
        body { margin: 2.5rem auto; max-width: 58rem; padding: 0 1.25rem; color: #111; background: #fff;
          font: 1rem/1.55 Georgia, "Times New Roman", "DejaVu Serif", serif; }
        h1, h2, nav, table, dl, summary, figcaption, .notes, .subtitle { font-family: system-ui, "Helvetica Neue",
          Arial, "DejaVu Sans", sans-serif; }
        h1 { font-size: 1.8rem; line-height: 1.2; margin: 0; }
        h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; }
        .subtitle { color: #444; margin: 0.4rem 0 0; }
        header { border-bottom: 2px solid #111; padding-bottom: 1rem; }
        nav { font-size: 0.95rem; margin: 1.25rem 0; }
        nav ol { margin: 0; padding-left: 1.5rem; }
        a { color: inherit; }
        figure { margin: 1.75rem 0; break-inside: avoid; }
        figure.table { overflow-x: auto; }
        svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
        caption, figcaption { font-size: 0.9rem; line-height: 1.4; text-align: left; }
        caption { padding-bottom: 0.6rem; }
        figcaption { margin-top: 0.5rem; }
        table { border-collapse: collapse; width: 100%; font-size: 0.875rem; line-height: 1.3;
          font-variant-numeric: tabular-nums lining-nums; border-bottom: 2px solid #111; }
        th, td { padding: 0.32rem 0.35rem; text-align: left; vertical-align: baseline; }
        th { font-weight: 600; }
        thead { border-top: 2px solid #111; border-bottom: 1px solid #111; }
        thead th { vertical-align: bottom; }
        tbody th { font-weight: 400; }
        tbody tr:nth-child(even) { background: #f4f4f4; }
        .number, .group { text-align: center; }
        td.number { white-space: nowrap; }
        .group span { display: block; border-bottom: 1px solid #111; padding-bottom: 0.25rem; }
        .slot { display: inline-block; text-align: right; }
        .left { text-align: left; }
        .failed { font-style: italic; }
        sup { line-height: 0; }
        .notes { list-style: none; margin: 0.5rem 0 0; padding: 0; font-size: 0.85rem; }
        details { margin-top: 0.5rem; font-size: 0.85rem; }
        pre, code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.85em; }
        pre { background: #f4f4f4; border: 1px solid #ccc; line-height: 1.45; overflow-x: auto;
          padding: 0.7rem 0.9rem; }
        pre code { font-size: 0.82rem; }
        dl { font-size: 0.9rem; columns: 2 20rem; }
        dl div { display: flex; gap: 0.75rem; padding: 0.15rem 0; break-inside: avoid; }
        dt { flex: 0 0 45%; color: #444; overflow-wrap: anywhere; }
        dd { margin: 0; overflow-wrap: anywhere; }
        .pictures ol { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 0.75rem;
          list-style: none; margin: 0.5rem 0 0; padding: 0; }
        .pictures li { border: 3px solid transparent; padding: 0.3rem; background: #f4f4f4; font-size: 0.8rem; }
        .pictures li.marked { border-color: #111; }
        .pictures img { display: block; width: 100%; height: auto; }
        .pictures p { margin: 0.25rem 0 0; overflow-wrap: anywhere; }
        .pictures span { color: #444; }
        .notice { border: 1px solid #111; border-left-width: 0.4rem; padding: 0.6rem 0.9rem; }
        @media print {
          body { margin: 0; max-width: none; padding: 0; font-size: 10.5pt; }
          h2 { break-after: avoid; }
          table { font-size: 8pt; }
          details { display: none; }
          pre { white-space: pre-wrap; overflow-wrap: anywhere; }
          figure.table, pre { overflow: visible; }
        }
        """
}
