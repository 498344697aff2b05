import Foundation
import RetrievalFixtures
import Testing

/// A Chromium without a window, led by chromedriver as the WebDriver standard says.
final class Browser: Sendable {
    private let session: String
    private let driver: Process
    private let folder: ScratchFolder

    /// Debian's `chromium` and `chromium-driver`, and `curl`: Foundation's client refuses the driver's headers.
    static let isThere = ["/usr/bin/chromium", "/usr/bin/chromedriver", "/usr/bin/curl"].allSatisfy(
        FileManager.default.isExecutableFile(atPath:))

    /// Starts one with a page of a server of this machine.
    init(_ port: Int, _ address: String, width: Int, height: Int) async throws {
        folder = try ScratchFolder()
        driver = Process()
        driver.executableURL = URL(fileURLWithPath: "/usr/bin/chromedriver")
        driver.arguments = ["--port=0"]
        let output = Pipe()
        driver.standardOutput = output
        driver.standardError = FileHandle.nullDevice
        try driver.run()
        // It says which port it took.
        var text = ""
        var found: Substring?
        while found == nil {
            let part = output.fileHandleForReading.availableData
            try #require(!part.isEmpty, "chromedriver ended: \(text)")
            text += String(decoding: part, as: UTF8.self)
            found = text.firstMatch(of: /on port (\d+)\./)?.1
        }
        let root = "http://127.0.0.1:\(found ?? "")/session"
        let options: [String: Any] = [
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder.path)",
                "--window-size=\(width),\(height)",
            ]
        ]
        let made = try await Self.post(
            root, ["capabilities": ["alwaysMatch": ["browserName": "chrome", "goog:chromeOptions": options]]])
        let id = try #require((made as? [String: Any])?["sessionId"] as? String)
        session = "\(root)/\(id)"
        _ = try await Self.post(
            "\(session)/url", ["url": "http://127.0.0.1:\(port)\(address)"])
    }

    /// Ends it.
    func close() async {
        _ = try? await Self.ask("DELETE", session, [:])
        // It inherits the signals that a test's thread blocks; this one cannot be.
        kill(driver.processIdentifier, SIGKILL)
        driver.waitUntilExit()
    }

    /// Presses keys, one after the other.
    func press(_ keys: String) async throws {
        let actions = keys.flatMap { key in
            ["keyDown", "keyUp"].map { ["type": $0, "value": String(key)] }
        }
        _ = try await Self.post(
            "\(session)/actions", ["actions": [["type": "key", "id": "keys", "actions": actions]]])
    }

    /// What an expression of the page's language gives.
    func value(_ expression: String) async throws -> Any? {
        try await Self.post(
            "\(session)/execute/sync", ["script": "return \(expression)", "args": [String]()])
    }

    /// Comes back when an expression is true: the browser's own clock bounds the wait.
    func wait(_ expression: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let script = """
            const done = arguments[0]; let left = 400;
            (function look() { if (\(expression)) done(true); else if (left-- > 0) setTimeout(look, 50); else done(false) })()
            """
        let isTrue = try await Self.post(
            "\(session)/execute/async", ["script": script, "args": [String]()])
        guard isTrue as? Bool != true else { return }
        let state = "[location.href, document.activeElement.outerHTML, document.getElementById('told').textContent]"
        let seen = try await value(state) ?? "nothing"
        try #require(Bool(false), "\(expression) at \(seen)", sourceLocation: sourceLocation)
    }

    private static func post(_ address: String, _ body: [String: Any]) async throws -> Any? {
        try await ask("POST", address, body)
    }

    private static func ask(_ method: String, _ address: String, _ body: [String: Any]) async throws -> Any? {
        let folder = try ScratchFolder()
        try JSONSerialization.data(withJSONObject: body).write(to: URL(fileURLWithPath: folder.path + "/asked"))
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        curl.arguments = [
            "-s", "-X", method, "-H", "Content-Type: application/json", "--data-binary", "@\(folder.path)/asked", "-o",
            "\(folder.path)/answer", address,
        ]
        // No thread waits: the server, which the browser asks meanwhile, needs them.
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            curl.terminationHandler = { _ in done.resume() }
            do { try curl.run() } catch { done.resume(throwing: error) }
        }
        let answer = try folder.data("answer")
        let value = (try JSONSerialization.jsonObject(with: answer) as? [String: Any])?["value"]
        try #require((value as? [String: Any])?["error"] == nil, "\(String(decoding: answer, as: UTF8.self))")
        return value
    }
}
