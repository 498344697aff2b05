import Foundation
import ImageEncoding

/// Small pictures in a terminal that can show them, by the protocol of kitty or that of iTerm2.
struct TerminalPictures {
    /// Who understands what.
    enum Way {
        case kitty, iTerm
    }

    let way: Way
    /// Lines that a picture takes.
    private static let rows = 6
    /// Its longer side in pixels.
    private static let side = 240
    /// What kitty takes at once.
    private static let chunk = 4096

    /// Nil where the output goes elsewhere, or to a terminal that shows text alone.
    init?(environment: [String: String], isTerminal: Bool) {
        func value(_ name: String) -> String { environment[name] ?? "" }
        // What stands between would have to pass them on.
        guard isTerminal, value("TMUX").isEmpty, !value("TERM").hasPrefix("screen"), !value("TERM").hasPrefix("tmux")
        else { return nil }
        if !value("KITTY_WINDOW_ID").isEmpty || ["xterm-kitty", "xterm-ghostty"].contains(value("TERM"))
            || value("TERM_PROGRAM") == "ghostty"
        {
            way = .kitty
        } else if ["iTerm.app", "WezTerm"].contains(value("TERM_PROGRAM")) || value("LC_TERMINAL") == "iTerm2" {
            way = .iTerm
        } else {
            return nil
        }
    }

    /// What shows a picture file where it is printed; nil where it cannot be read.
    func text(of path: String) -> String? {
        guard let jpeg = try? PictureThumbnail.jpeg(of: path, longSide: Self.side) else { return nil }
        switch way {
        case .iTerm:
            return "\u{1B}]1337;File=inline=1;size=\(jpeg.count);height=\(Self.rows);preserveAspectRatio=1:"
                + "\(jpeg.base64EncodedString())\u{7}"
        case .kitty:
            guard let picture = try? PictureDecoder().decode(jpeg, name: path) else { return nil }
            return Self.kitty(picture)
        }
    }

    /// Pixels, in parts of which each but the last says that another follows.
    private static func kitty(_ picture: Picture) -> String {
        let bytes = Array(Data(picture.pixels).base64EncodedString().utf8)
        return stride(from: 0, to: bytes.count, by: chunk).map { start in
            let end = min(start + chunk, bytes.count)
            let first = start == 0 ? "a=T,q=2,f=24,s=\(picture.width),v=\(picture.height),r=\(rows)," : ""
            let part = String(decoding: bytes[start..<end], as: UTF8.self)
            return "\u{1B}_G\(first)m=\(end < bytes.count ? 1 : 0);\(part)\u{1B}\\"
        }.joined()
    }
}
