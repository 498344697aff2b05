import AsCLBase
import Foundation
import FoundationNetworking

#if canImport(FoundationNetworking)
#endif

/// What the hub is asked, one repository's questions.
struct HubClient: Sendable {
    let repository: HubRepository
    let settings: HubSettings
    let patience: DownloadPatience

    /// What the hub says of a revision.
    struct Card {
        let commit: String
        let licence: HubLicence
        /// Paths of all its files.
        let names: [String]
    }

    /// Asks for the revision's commit, its files and its terms.
    func card() throws(InputError) -> Card {
        let address = "\(settings.endpoint)/api/models/\(repository.name)/revision/\(Self.escaped(repository.revision))"
        let value = try JSONReader.value(of: contents(of: address), path: address)
        guard let commit = value["sha"]?.string, HubRepository.isCommit(commit) else {
            throw InputError(
                path: address, place: "sha", expected: "a commit, as the hub answers",
                found: value["sha"]?.kind ?? "none")
        }
        let names = value["siblings"]?.array?.compactMap { $0["rfilename"]?.string } ?? []
        return Card(
            commit: commit, licence: HubLicence(card: value["cardData"], tags: value["tags"]), names: names.sorted())
    }

    /// A small file's bytes.
    func contents(of name: String, at commit: String) throws(InputError) -> Data {
        try contents(of: address(of: name, at: commit))
    }

    private func contents(of address: String) throws(InputError) -> Data {
        let bytes = ReceivedBytes(path: address)
        try request(address).run(into: bytes, patience: patience)
        return bytes.data
    }

    /// How large a file is and what its content is called.
    func file(_ name: String, at commit: String) throws(InputError) -> HubFile {
        let address = address(of: name, at: commit)
        var request = request(address)
        request.asksForHead = true
        // Of a large file the hub says what it is and sends to where it lies; others know less of it.
        request.answeringField = "X-Linked-Etag"
        let answer = try request.run(into: ReceivedBytes(path: address), patience: patience)
        func field(_ name: String) -> String? { answer?.value(forHTTPHeaderField: name) }
        // Without one of these somebody else answered, whose tags are no sums.
        guard field("X-Linked-Etag") != nil || field("X-Repo-Commit") != nil else {
            throw InputError(
                path: address, place: "X-Repo-Commit", expected: "a header of the hub's",
                found: "none: is \(settings.endpoint) a hub?")
        }
        let tag = (field("X-Linked-Etag") ?? field("ETag")).map {
            ($0.hasPrefix("W/") ? $0.dropFirst(2) : $0[...]).trimmingCharacters(in: ["\""])
        }
        // It becomes the name of a file.
        guard let tag, !tag.isEmpty, tag.utf8.count <= 200, !tag.contains("/"), !tag.hasPrefix(".") else {
            throw InputError(path: address, place: "ETag", expected: "the name of the content", found: tag ?? "none")
        }
        let size = (field("X-Linked-Size") ?? field("Content-Length")).flatMap { Int($0) }
        return HubFile(name: name, tag: tag, byteCount: size)
    }

    /// A request of the file itself.
    func request(_ name: String, at commit: String) -> WebRequest { request(address(of: name, at: commit)) }

    private func request(_ address: String) -> WebRequest {
        var request = WebRequest(address: address)
        request.authorization = settings.token?.authorization
        request.explanation = { answer in refusal(answer) }
        return request
    }

    private func address(of name: String, at commit: String) -> String {
        "\(settings.endpoint)/\(repository.name)/resolve/\(commit)/\(Self.escaped(name))"
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-", "_", "."])) ?? text
    }

    /// What an answer that brings nothing means, by the hub's own code for it where there is one.
    private func refusal(_ answer: HTTPURLResponse) -> InputError? {
        let page = "\(settings.endpoint)/\(repository.name)"
        let way =
            settings.token == nil
            ? "set HF_TOKEN, or log in with `hf auth login`" : "the token that was sent is not of one"
        func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: repository.description, place: place, expected: expected, found: found)
        }
        switch (answer.value(forHTTPHeaderField: "X-Error-Code"), answer.statusCode) {
        case ("GatedRepo", let status):
            return wrong(
                "access", "an account that its owner let in",
                "HTTP status \(status); ask for access on \(page), and \(way)")
        case ("RevisionNotFound", _):
            return wrong("revision", "a branch, a tag or a commit", "no \(repository.revision) there")
        case ("EntryNotFound", _):
            return wrong("file", "what its list names", "nothing at \(answer.url?.absoluteString ?? page)")
        case ("RepoNotFound", let status),
            (_, let status) where status == 401 || status == 404 && isOfHub(answer):
            return wrong(
                "repository", "a public one at \(settings.endpoint), or an account that may read it",
                "HTTP status \(status); if the name is right, \(way)")
        case (_, 403) where isOfHub(answer):
            return wrong("access", "an account that may read it", "HTTP status 403; \(way)")
        case (_, 429):
            return wrong("hub", "an answer", "HTTP status 429, too many requests: try again in some minutes")
        default:
            return nil
        }
    }

    /// Whether the hub itself answered, and not whom it sent us to.
    private func isOfHub(_ answer: HTTPURLResponse) -> Bool {
        answer.url?.host == URL(string: settings.endpoint)?.host
            && answer.url?.port == URL(string: settings.endpoint)?.port
    }
}

/// A file of a repository, as the hub knows it.
package struct HubFile: Sendable, Equatable {
    /// Its name.
    package let name: String
    /// What the hub calls its content: the SHA-256 of a large file, git's name of a small one. It is the content's name
    /// in the cache.
    let tag: String
    /// Its bytes; nil where the server does not say.
    package let byteCount: Int?

    /// How to know the content.
    var checksum: Checksum {
        let isHexadecimal = tag.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        switch tag.utf8.count {
        case 64 where isHexadecimal: return .sha256(tag)
        case 40 where isHexadecimal: return .gitBlob(tag)
        default: return .firstUse
        }
    }
}
