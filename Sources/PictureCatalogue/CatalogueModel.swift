import Foundation
import GRDB
package import ImageEncoding

/// A model that an index has features of: the encoder that made them, and the trained model that searches by them.
package struct CatalogueModel: Sendable, Equatable {
    /// A trained model's folder.
    package struct Checkpoint: Sendable, Equatable {
        /// Its number in the index.
        package let id: Int64
        /// Where it lies.
        package let path: String
        /// What tells it from any other.
        package let fingerprint: String
        /// Values of its own vector of a picture; nil where the encoder's serves.
        package let dimension: Int?

        /// Joins what a home of pictures says of it.
        package init(id: Int64, path: String, fingerprint: String, dimension: Int?) {
            (self.id, self.path, self.fingerprint, self.dimension) = (id, path, fingerprint, dimension)
        }
    }

    /// Its number in the index.
    package let id: Int64
    /// The encoder.
    package let description: EncoderDescription
    /// What makes the features, by fingerprint.
    package let identity: String
    /// The sizes of a picture's features.
    package let shape: FeatureShape
    /// Nil where the encoder finds by itself.
    package let checkpoint: Checkpoint?

    /// Where the encoder lies.
    package var encoder: String { description.place }
    /// Values of the vector that pictures are searched by.
    package var dimension: Int { checkpoint?.dimension ?? shape.globalDimension }

    /// What an encoder, and a trained model that is to search by its features, are to a home of pictures that has none of
    /// their vectors yet.
    package init(
        _ encoder: any PictureEncoder, _ description: EncoderDescription, _ checkpoint: SearchCheckpoint? = nil
    ) {
        self.init(
            id: 0, description: description, identity: encoder.identity, shape: encoder.shape,
            checkpoint: checkpoint.map {
                Checkpoint(id: 0, path: $0.path, fingerprint: $0.fingerprint, dimension: $0.vectors?.dimension)
            })
    }

    /// Joins what a home of pictures says of its model.
    package init(
        id: Int64, description: EncoderDescription, identity: String, shape: FeatureShape, checkpoint: Checkpoint? = nil
    ) {
        (self.id, self.description, self.identity) = (id, description, identity)
        (self.shape, self.checkpoint) = (shape, checkpoint)
    }

    /// Of the texts that `texts` gave.
    /// - Throws: `DecodingError` where one is none.
    package init(
        id: Int64, identity: String, description: String, shape: String, checkpoint: Checkpoint? = nil
    ) throws {
        self.init(
            id: id, description: try Self.decoded(description), identity: identity, shape: try Self.decoded(shape),
            checkpoint: checkpoint)
    }

    /// The description and the shape as JSON, the same bytes every time: as homes of pictures keep them.
    package func texts() throws -> (description: String, shape: String) {
        func text(_ value: some Encodable) throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        return (try text(description), try text(shape))
    }

    fileprivate static func decoded<Value: Decodable>(_ text: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    func by(_ checkpoint: Checkpoint?) -> CatalogueModel {
        CatalogueModel(id: id, description: description, identity: identity, shape: shape, checkpoint: checkpoint)
    }
}

extension CatalogueModel {
    /// Of a row of `model`, with columns of `checkpoint` beside them where there is one.
    fileprivate init(_ row: Row) throws {
        func decoded<Value: Decodable>(_ column: String) throws -> Value? {
            let text: String? = row[column]
            return try text.map { try Self.decoded($0) }
        }
        let dimension: Int = row["dimension"]
        id = row["id"]
        identity = row["identity"]
        description = try decoded("description") ?? .vector(folder: row["encoder"])
        shape =
            try decoded("shape")
            ?? FeatureShape(regions: 1, regionDimension: dimension, globalDimension: dimension, hasClasses: false)
        let number: Int64? = row["checkpoint"]
        checkpoint = number.map {
            Checkpoint(id: $0, path: row["path"], fingerprint: row["fingerprint"], dimension: row["own_dimension"])
        }
    }
}

extension Catalogue {
    /// The model that searches are answered by, nil before the first is whole.
    package func answeringModel() throws -> CatalogueModel? {
        try database.read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT model.*, checkpoint.id AS checkpoint, path, fingerprint, checkpoint.dimension AS own_dimension
                    FROM model LEFT JOIN checkpoint ON checkpoint.model = model.id AND checkpoint.answers
                    WHERE model.answers
                    """
            ).map { try CatalogueModel($0) }
        }
    }

    /// The entry of a model, and of a checkpoint that is to search by its features, made where there is none.
    func model(like model: CatalogueModel, _ checkpoint: SearchCheckpoint?) throws -> CatalogueModel {
        let (place, identity, dimension) = (model.encoder, model.identity, model.shape.globalDimension)
        let (description, shape) = try model.texts()
        return try database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO model (encoder, identity, dimension, description, shape, answers) VALUES (?, ?, ?, ?, ?, 0)
                    ON CONFLICT (identity) DO UPDATE
                    SET encoder = excluded.encoder, description = excluded.description, shape = excluded.shape
                    """,
                arguments: [place, identity, dimension, description, shape])
            let row = try Row.fetchOne(
                database, sql: "SELECT *, NULL AS checkpoint FROM model WHERE identity = ?", arguments: [identity])
            guard let model = try row.map({ try CatalogueModel($0) }) else {
                throw DatabaseError(message: "no model after it was written")
            }
            guard let checkpoint else { return model }
            return model.by(try Self.checkpoint(checkpoint, of: model, database))
        }
    }

    private static func checkpoint(
        _ checkpoint: SearchCheckpoint, of model: CatalogueModel, _ database: Database
    ) throws -> CatalogueModel.Checkpoint {
        let (path, fingerprint, dimension) = (checkpoint.path, checkpoint.fingerprint, checkpoint.vectors?.dimension)
        try database.execute(
            sql: """
                INSERT INTO checkpoint (model, path, fingerprint, dimension, answers) VALUES (?, ?, ?, ?, 0)
                ON CONFLICT (model, fingerprint) DO UPDATE SET path = excluded.path
                """,
            arguments: [model.id, path, fingerprint, dimension])
        let id = try Int64.fetchOne(
            database, sql: "SELECT id FROM checkpoint WHERE model = ? AND fingerprint = ?",
            arguments: [model.id, fingerprint])
        guard let id else { throw DatabaseError(message: "no checkpoint after it was written") }
        return .init(id: id, path: path, fingerprint: fingerprint, dimension: dimension)
    }

    /// From now on searches are answered by this model, and what there is of others goes.
    func answer(by model: CatalogueModel) throws {
        try database.write { database in
            try database.execute(sql: "UPDATE model SET answers = (id = ?)", arguments: [model.id])
            try database.execute(sql: "DELETE FROM feature WHERE model <> ?", arguments: [model.id])
            try database.execute(
                sql: "DELETE FROM checkpoint WHERE id IS NOT ?", arguments: [model.checkpoint?.id])
            try database.execute(sql: "UPDATE checkpoint SET answers = 1")
            try database.execute(sql: "DELETE FROM model WHERE id <> ?", arguments: [model.id])
        }
    }

    /// Where a model's features and vectors lie.
    package func place(of model: CatalogueModel) -> String { "\(folder)/model-\(model.id)" }
}
