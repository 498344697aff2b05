import Foundation

/// A token to be looked up by its bytes: two spellings that Unicode holds to be equal are two tokens.
struct TokenBytes: Hashable, Sendable {
    private let text: String

    init(_ text: String) { self.text = text }

    static func == (first: TokenBytes, second: TokenBytes) -> Bool {
        var (first, second) = (first.text, second.text)
        return first.withUTF8 { first in
            second.withUTF8 { second in
                guard first.count == second.count else { return false }
                guard let one = first.baseAddress, let other = second.baseAddress else { return true }
                return memcmp(one, other, first.count) == 0
            }
        }
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// A vocabulary: tokens, and the number of each by its bytes.
struct TokenNumbers: Sendable {
    let tokens: [(token: String, id: Int32)]
    private var numbers: [TokenBytes: Int32]

    /// Of a token that stands there twice the later number holds.
    init(_ tokens: [(token: String, id: Int32)]) {
        self.tokens = tokens
        numbers = Dictionary(minimumCapacity: tokens.count)
        for (token, id) in tokens { numbers[TokenBytes(token)] = id }
    }

    subscript(_ token: String) -> Int32? { numbers[TokenBytes(token)] }
}
