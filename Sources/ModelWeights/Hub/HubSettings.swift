import Foundation

/// What the environment says of the Hugging Face hub, read as Python's `huggingface_hub` reads it, so that both share
/// one cache and one token.
package struct HubSettings: Sendable {
    /// The hub's address without a slash at its end: `$HF_ENDPOINT`, else https://huggingface.co.
    package let endpoint: String
    /// The folder of all repositories: `$HF_HUB_CACHE`, else `hub` in `$HF_HOME`, else in `huggingface` of the caches.
    package let cache: String
    /// Whether nobody may be asked: `$HF_HUB_OFFLINE` or `$TRANSFORMERS_OFFLINE`.
    package let isOffline: Bool
    /// Who asks; nil for anybody. It goes to the endpoint's host alone, and is never printed.
    let token: HubToken?

    /// Reads the environment, and the file of the token.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        func isTrue(_ names: String...) -> Bool {
            names.contains { ["1", "ON", "YES", "TRUE"].contains(environment[$0]?.uppercased() ?? "") }
        }
        let userFolder = environment["HOME"] ?? NSHomeDirectory()
        func path(_ text: String) -> String {
            text == "~" || text.hasPrefix("~/") ? userFolder + text.dropFirst() : text
        }

        var address = value("HF_ENDPOINT") ?? "https://huggingface.co"
        while address.hasSuffix("/") { address.removeLast() }
        endpoint = address
        let home = path(value("HF_HOME") ?? (value("XDG_CACHE_HOME") ?? "~/.cache") + "/huggingface")
        cache = path(value("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? home + "/hub")
        isOffline = isTrue("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
        if isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
            token = nil
        } else if let text = value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") {
            token = HubToken(text)
        } else {
            // No file is no token.
            let text = try? String(contentsOfFile: path(value("HF_TOKEN_PATH") ?? home + "/token"), encoding: .utf8)
            token = text.flatMap(HubToken.init)
        }
    }
}

/// A secret that prints as nothing.
struct HubToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// The value of a request's `Authorization`.
    let authorization: String
    var description: String { "a token" }
    var customMirror: Mirror { Mirror(self, children: []) }

    /// Nil for nothing but white space, and for what no header can hold.
    init?(_ text: String) {
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        authorization = "Bearer \(token)"
    }
}
