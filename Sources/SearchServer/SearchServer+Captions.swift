import AsCLBase
import Hummingbird
import PictureSearch

extension SearchServer {
    /// The sentences of the index that fit a picture best, as `ascl search --captions-of` prints them as JSON.
    func captions(of subject: PictureQuery.Subject, _ request: Request) async throws -> Response {
        let items = try QueryItems(request.uri.query, known: ["count"])
        let count = try items.number("count", in: 1...settings.mostAnswers, default: 10)
        let collection = collection
        guard (try? collection.catalogue) != nil else {
            throw RequestProblem(status: .badRequest, message: PictureCollection.lacksFolder.description)
        }
        do {
            return Response.json(
                try await searches.run { try collection.captions(of: subject, count: count) })
        } catch let error as InputError where error.path == PictureCollection.nameOfData {
            throw RequestProblem(status: .badRequest, message: error.description)
        }
    }

    /// Those of a picture of the index.
    func captions(ofPicture id: String, _ request: Request) async throws -> Response {
        let number = try PictureFiles.number(id)
        do { return try await captions(of: .picture(number), request) } catch let error as InputError
            where error.path == nil
        {
            throw RequestProblem.noPicture(id)
        }
    }
}
