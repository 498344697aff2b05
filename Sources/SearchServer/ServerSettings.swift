import Crypto
import Foundation

/// How a server may be reached, and what a request may cost.
package struct ServerSettings: Sendable {
    /// The address that it listens at.
    package var host = "127.0.0.1"
    /// The port; 0 for any that is free.
    package var port = 7070
    /// Who knows it may ask. Nil for everybody, which only a server of this machine alone may have.
    package var token: Token?
    /// Searches at once, and those that may wait for them: more are told to come back.
    package var searches = 2, waitingSearches = 16
    /// Pictures read at once for pages, and those that may wait.
    package var readings = 4, waitingReadings = 512
    /// Seconds that an answer may take.
    package var seconds = 30.0
    /// Seconds that a connection may be silent for, and those in which a request has to arrive whole.
    package var idleSeconds = 60.0, requestSeconds = 120.0
    /// Connections at once; further ones wait to be taken.
    package var connections = 256
    /// Minutes without a search after which the models are let go of, until the next; nil for never.
    package var unloadAfter: Double?
    /// Bytes of a picture that somebody asks with.
    package var pictureBytes = 20 << 20
    /// Characters of a sentence.
    package var sentenceLength = 2000
    /// Answers to one request.
    package var mostAnswers = 200

    /// A server for this machine alone.
    package init() {}

    /// Whether a host is this machine seen from itself.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.wholeMatch(of: /127(\.\d{1,3}){3}/) != nil
    }
}

/// A secret that requests are to bring: kept as a digest, whose comparison takes equally long for every guess.
package struct Token: Sendable {
    private let digest: SHA256Digest
    /// Characters that a token has at least: it can be guessed at as fast as the server answers.
    package static let leastLength = 16

    /// Of a text of `leastLength` characters or more, without the blanks around it; nil for a shorter one.
    package init?(_ text: String) {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard trimmed.count >= Self.leastLength else { return nil }
        digest = SHA256.hash(data: Data(trimmed.utf8))
    }

    /// Whether an `Authorization` header brings it: as a bearer's token, or as the password of any user.
    func isBrought(by authorization: String?) -> Bool {
        let parts = authorization?.split(separator: " ", maxSplits: 1) ?? []
        guard parts.count == 2 else { return false }
        let guess: Data
        switch parts[0].lowercased() {
        case "bearer": guess = Data(parts[1].utf8)
        case "basic":
            guard let pair = Data(base64Encoded: String(parts[1])), let colon = pair.firstIndex(of: UInt8(ascii: ":"))
            else { return false }
            guess = pair[(colon + 1)...]
        default: return false
        }
        return SHA256.hash(data: guess) == digest
    }
}
