import AsCLBase
package import Foundation
import Synchronization

/// The Hugging Face hub on this machine, with one repository, `some/model`: small files at the hub itself, large ones at
/// another host, to which the hub sends with what it knows of them.
package final class LoopbackHub: Sendable {
    /// A file, and how the hub has it.
    package struct File: Sendable {
        let content: Data
        /// What the hub calls the content.
        package var tag: String
        let isLarge: Bool
        /// How many bytes the hub says that a large file has, where that is not the truth.
        package var statedSize: Int?

        /// A file as large as is kept with Git LFS, by its SHA-256.
        package static func large(_ text: String) -> File {
            File(content: Data(text.utf8), tag: ContentDigest(of: text).hexadecimal, isLarge: true)
        }

        /// A file of git's own.
        package static func small(_ text: String) throws -> File { try file(Data(text.utf8), isLarge: false) }

        /// A file of bytes, in either way.
        package static func file(_ content: Data, isLarge: Bool) throws -> File {
            let folder = try ScratchFolder()
            let path = try folder.file("content", [UInt8](content))
            let file = FileHandle(forReadingAtPath: path)
            let tag = file.flatMap { GitBlob.name(ofDescriptor: $0.fileDescriptor) } ?? ""
            return File(
                content: content, tag: isLarge ? try ContentDigest(ofFile: path).hexadecimal : tag, isLarge: isLarge)
        }
    }

    package typealias Answer = LoopbackServer.Answer

    /// The repository's one commit.
    package static let commit = "0123456789abcdef0123456789abcdef01234567"
    package let server: LoopbackServer
    /// Where the large files are.
    package let store: LoopbackServer
    /// What the hub calls its files' contents.
    package let sums: [String: String]

    /// - Parameters:
    ///   - files: By their names.
    ///   - card: What the model card states, as JSON.
    ///   - refusal: An answer instead of the usual one of the hub.
    ///   - stored: An answer instead of the usual one of the store, which has contents by their SHA-256.
    package init(
        _ files: [String: File], card: String = #"{"license": "mit"}"#,
        refusal: @escaping @Sendable (LoopbackServer.Request) -> Answer? = { _ in nil },
        stored: @escaping @Sendable (_ content: Data, LoopbackServer.Request, _ number: Int) -> Answer? = { _, _, _ in
            nil
        }
    ) throws {
        let store = try LoopbackServer { request, number in
            guard let file = files.values.first(where: { request.path == "/" + $0.tag }) else {
                return .http("404 Not Found")
            }
            return stored(file.content, request, number) ?? .file(file.content, request)
        }
        let names = files.keys.sorted().map { #"{"rfilename": "\#($0)"}"# }.joined(separator: ", ")
        let facts = #"{"sha": "\#(Self.commit)", "siblings": [\#(names)], "cardData": \#(card)}"#
        server = try LoopbackServer { [address = store.address] request, _ in
            if let answer = refusal(request) { return answer }
            if request.path == "/api/models/some/model/revision/main" { return .http("200 OK", Data(facts.utf8)) }
            let folder = "/some/model/resolve/\(Self.commit)/"
            guard request.path.hasPrefix(folder), let file = files[String(request.path.dropFirst(folder.count))] else {
                return .http("404 Not Found", headers: ["X-Error-Code": "EntryNotFound"])
            }
            let isHead = request.line.hasPrefix("HEAD ")
            if file.isLarge {
                return .http(
                    "302 Found",
                    headers: [
                        "Location": "\(address)/\(file.tag)", "X-Linked-Etag": "\"\(file.tag)\"",
                        "X-Linked-Size": "\(file.statedSize ?? file.content.count)", "X-Repo-Commit": Self.commit,
                    ])
            }
            return .http(
                "200 OK", isHead ? Data() : file.content, length: file.content.count,
                headers: ["ETag": "\"\(file.tag)\"", "X-Repo-Commit": Self.commit])
        }
        self.store = store
        sums = files.mapValues(\.tag)
    }

    /// The files that were asked for themselves, in their order, each as often as it was.
    package var fetched: [String] {
        server.requests.filter { $0.line.hasPrefix("GET /some/") }.map { ($0.path as NSString).lastPathComponent }
    }

    /// The environment of somebody who works with this hub and a home of their own.
    package func environment(home: String, token: String? = nil) -> [String: String] {
        [
            "HF_ENDPOINT": server.address, "HF_HOME": home, "HF_TOKEN": token ?? "", "HOME": home, "HF_HUB_CACHE": "",
            "HUGGINGFACE_HUB_CACHE": "", "HUGGING_FACE_HUB_TOKEN": "", "HF_TOKEN_PATH": "", "HF_HUB_OFFLINE": "",
            "TRANSFORMERS_OFFLINE": "", "no_proxy": "127.0.0.1",
        ]
    }
}

extension LoopbackServer.Request {
    /// What was asked for: the second word of the line.
    package var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
}
