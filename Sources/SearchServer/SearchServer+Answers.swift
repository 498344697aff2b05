import AsCLBase
import Foundation
import Hummingbird
import PictureCatalogue
import PictureSearch
import RetrievalModels

extension SearchServer {
    private struct Status: Encodable {
        let version: String
        let encoder, model: String?
        let explains: Bool
        let numbers: Catalogue.Numbers
        let outages: [String]
    }

    /// What the index holds.
    func status() async throws -> some Encodable {
        let (collection, home) = (collection, collection.home)
        return try await files.queue.run {
            func name(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
            let own = try home.answeringModel()
            return Status(
                version: Version.current, encoder: own.map { name($0.encoder) },
                model: own?.checkpoint.map { name($0.path) }, explains: (try? collection.explains) ?? false,
                numbers: try home.numbers(), outages: home.outages())
        }
    }

    /// What the server has done.
    func figures() async throws -> Response {
        let home = collection.home
        let numbers = try await files.queue.run { try home.numbers() }
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text(numbers))))
    }

    /// Answers a search, as `ascl search --json` prints it.
    func search(_ request: Request, picture: Data?) async throws -> Response {
        let query = try PictureQuery(request: request.uri.query, picture: picture, settings: settings)
        let collection = collection
        do {
            rest?.noteUse()
            defer { rest?.noteUse() }
            // Models that were let go of take their time to come back.
            let answer = try await searches.run(isTimed: collection.isLoaded) { try collection.search(query) }
            metrics.noteSearch()
            return Response.json(answer)
        } catch let error as InputError where error.path == nil || error.path == PictureCollection.nameOfData {
            // What was asked, not the index, is at fault.
            throw RequestProblem(status: .badRequest, message: error.description)
        }
    }

    /// Which words of a sentence met which regions of a picture.
    func explain(_ id: String, _ request: Request) async throws -> Response {
        let (number, items) = (try PictureFiles.number(id), try QueryItems(request.uri.query, known: ["q"]))
        guard let sentence = try items.text("q") else {
            throw RequestProblem.bad("q", expected: "a sentence", found: "nothing")
        }
        try PictureQuery.expectLength("q", sentence, settings)
        let collection = collection
        rest?.noteUse()
        defer { rest?.noteUse() }
        let explanation = try await searches.run(isTimed: collection.isLoaded) { () -> Explanation? in
            guard try collection.home.pictures([number]).value[number] != nil else {
                throw RequestProblem.noPicture(id)
            }
            return try collection.explain(picture: number, sentence: sentence)
        }
        guard let explanation else {
            throw RequestProblem(
                status: .notFound, message: "the index's model does not match words with regions; AsCL does")
        }
        return Response.json(explanation)
    }

    /// The picture that a request brings.
    func picture(of request: Request) async throws -> Data {
        let limit = settings.pictureBytes
        let tooLarge = RequestProblem(
            status: .contentTooLarge, message: "picture: expected at most \(limit) bytes, found more")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        var data = Data()
        for try await part in request.body {
            guard data.count + part.readableBytes <= limit else { throw tooLarge }
            data.append(contentsOf: part.readableBytesView)
        }
        guard !data.isEmpty else {
            throw RequestProblem.bad("body", expected: "a picture file's bytes", found: "nothing")
        }
        return data
    }
}
