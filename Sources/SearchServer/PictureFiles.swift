import AsCLBase
import Foundation
import Hummingbird
import ImageEncoding
import PictureCatalogue

/// Gives the pictures of an index out: by their numbers, never by a path, and only as they were when they were indexed.
struct PictureFiles: Sendable {
    let home: any PictureHome
    let queue: WorkQueue

    /// Longer sides that small copies may have: each is kept, so no stranger may choose any.
    static let sides = [320, 640, 1600]
    /// Bytes that are read at once.
    private static let chunk = 256 << 10

    /// What is known of a picture.
    func facts(_ id: String) async throws -> CataloguedPicture {
        let number = try Self.number(id)
        let home = home
        guard let facts = try await queue.run({ try home.pictures([number]).value[number] }) else {
            throw RequestProblem.noPicture(id)
        }
        return facts
    }

    /// The file itself.
    func original(_ id: String, _ request: Request) async throws -> Response {
        let number = try Self.number(id)
        let home = home
        let found = try await queue.run { () -> (tag: String, name: String, file: OpenFile)? in
            guard let places = try home.places(of: number) else { return nil }
            guard let path = places.unchangedFile() else { throw Self.changed }
            guard let file = OpenFile(picture: path) else { throw Self.noImage }
            return (places.digest.hexadecimal, URL(fileURLWithPath: path).lastPathComponent, file)
        }
        guard let (tag, name, file) = found else { throw RequestProblem.noPicture(id) }
        var headers = Self.headers(tag: tag, mediaType: file.mediaType)
        headers[.contentDisposition] = Self.disposition(name)
        if Self.isKnown(tag, request) { return Response(status: .notModified, headers: headers) }
        let queue = queue
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(contentLength: file.size) { writer in
                var place = 0
                while place < file.size {
                    let start = place
                    let bytes = try await queue.run {
                        file.bytes(at: start, count: min(Self.chunk, file.size - start))
                    }
                    // Cut short meanwhile: the connection ends before the length that was promised.
                    guard !bytes.isEmpty else { throw Self.changed }
                    try await writer.write(ByteBuffer(bytes: bytes))
                    place += bytes.count
                }
                try await writer.finish(nil)
            })
    }

    /// A small JPEG of a picture, made once.
    func thumbnail(_ id: String, _ request: Request) async throws -> Response {
        let number = try Self.number(id)
        let items = try QueryItems(request.uri.query, known: ["side"])
        let side = try items.one("side") ?? "\(Self.sides[0])"
        guard let side = Int(side), Self.sides.contains(side) else {
            throw RequestProblem.bad(
                "side", expected: "one of \(Self.sides.map(String.init).joined(separator: ", "))", found: side)
        }
        let home = home
        let found = try await queue.run { () -> (tag: String, jpeg: Data?)? in
            guard let places = try home.places(of: number) else { return nil }
            guard let path = places.unchangedFile() else { throw Self.changed }
            let tag = "\(places.digest.hexadecimal)-\(side)"
            if Self.isKnown(tag, request) { return (tag, nil) }
            if let kept = home.thumbnail(of: number, places, side: side) { return (tag, kept) }
            guard let jpeg = try? PictureThumbnail.jpeg(of: path, longSide: side) else { throw Self.noImage }
            home.keep(jpeg, of: number, places, side: side)
            return (tag, jpeg)
        }
        guard let (tag, jpeg) = found else { throw RequestProblem.noPicture(id) }
        let headers = Self.headers(tag: tag, mediaType: "image/jpeg")
        guard let jpeg else { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: jpeg)))
    }

    /// The number that an address names.
    static func number(_ id: String) throws -> Int64 {
        guard let number = Int64(id), number > 0, "\(number)" == id else { throw RequestProblem.noPicture(id) }
        return number
    }

    private static let changed = RequestProblem(
        status: .notFound, message: "the file is gone or another than was indexed; `ascl index` sees to that")
    private static let noImage = RequestProblem(
        status: .unsupportedMediaType, message: "the file cannot be shown as a picture")

    /// A stranger's file is a picture and nothing else: no program in it ever runs, whatever a browser takes it for.
    private static func headers(tag: String, mediaType: String) -> HTTPFields {
        [
            .contentType: mediaType, .eTag: "\"\(tag)\"", .cacheControl: "private, max-age=3600",
            .contentSecurityPolicy: "default-src 'none'; sandbox",
        ]
    }

    private static func isKnown(_ tag: String, _ request: Request) -> Bool {
        request.headers[.ifNoneMatch]?.contains("\"\(tag)\"") ?? false
    }

    /// The name for whoever saves it: plain letters, and the true one percent-encoded.
    private static func disposition(_ name: String) -> String {
        let plain = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" }
        let letters = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "0"..."z"))
        let exact = name.addingPercentEncoding(withAllowedCharacters: letters)
        return "inline; filename=\"\(String(plain))\"" + (exact.map { "; filename*=UTF-8''\($0)" } ?? "")
    }
}
