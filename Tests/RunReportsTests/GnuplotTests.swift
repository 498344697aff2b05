import AsCLBase
import Foundation
import Testing

@testable import RunReports

struct GnuplotTests {
    @Test(arguments: ["no-such-plotter", "/no/such/plotter"])
    func `a missing program says how to install it`(name: String) {
        let error = #expect(throws: InputError.self) { try Gnuplot(executable: name).run("", place: "figure") }
        #expect(
            error?.description
                == "\(name): expected the plotting program (apt-get install gnuplot-nox), found none on PATH")
    }

    @Test func `gnuplot's own error is passed on`() {
        let error = #expect(throws: InputError.self) {
            try Gnuplot().run("set terminal svg\nplot nothing_there(x)\n", place: "figure \"a\"")
        }
        let line = error?.description ?? ""
        #expect(line.hasPrefix("figure \"a\": expected gnuplot to draw it, found status 1: "))
        #expect(line.contains("undefined function: nothing_there"))
        #expect(!line.contains("\n"))
    }

    @Test func `a gnuplot that does not end is stopped`() throws {
        let error = #expect(throws: InputError.self) {
            try Gnuplot(timeLimit: .zero).run("while (1) { pause 600 }\n", place: "figure")
        }
        #expect(error?.description == "figure: expected gnuplot to end within 0 s, found it ran on")
    }

    /// More of both than a pipe holds, read and printed by turns.
    @Test func `long scripts and long drawings pass`() throws {
        let line = String(repeating: "x", count: 200)
        let script = "set print '-'\n" + String(repeating: "print '\(line)'\n", count: 2000)
        #expect(try Gnuplot().run(script, place: "figure") == String(repeating: line + "\n", count: 2000))
    }

    @Test func `what is no drawing is refused`() {
        let error = #expect(throws: InputError.self) {
            try EmbeddedSVG("warning", id: "f", title: "", description: "")
        }
        #expect(error?.description == "gnuplot: expected an SVG drawing, found warning")
    }
}
